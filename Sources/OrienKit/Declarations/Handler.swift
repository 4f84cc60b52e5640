internal import COrienABI

/// A tool is a handler that callers may use: without a role.
public typealias Tool = Handler

/// One thing that a plugin can do, as a closure with typed arguments.
///
/// The node has checked every argument against its declaration before the closure runs, on a
/// thread of the node that may block. What the closure throws is the call's failure: a `Failure`
/// as it says, anything else as `internal`. `State` is what the plugin's `open` made.
public struct Handler<State>: Sendable {
  nonisolated(unsafe) let table: UnsafePointer<orien_handler>
  /// What it cannot work without, beside what its plugin says.
  var needs: [String] = []

  /// A handler that needs nothing of the plugin but its arguments.
  ///
  /// `role` is nil for a tool; "vm/1" makes this that role's operation `name`, for the node alone.
  /// `result` is the media type of what it emits, `units` what it meters.
  public init<each Value>(
    _ name: String, _ doc: String, title: String? = nil, role: String? = nil,
    example: JSON? = nil, result: String? = nil, units: [String] = [], limits: Limits? = nil,
    traits: Traits = [], _ arguments: repeat Argument<each Value>,
    run: @escaping @Sendable (borrowing Call, repeat each Value) throws -> Void
  ) where State == Void {
    let about = About(name, doc, title, role, example, result, units, limits, traits)
    table = about.table(repeat each arguments) { (call, _, json) in
      let values = try Arguments(json)
      try run(call, repeat try (each arguments).value(in: values))
    }
  }

  /// A handler that works with what the plugin's `open` made.
  public init<each Value>(
    _ name: String, _ doc: String, title: String? = nil, role: String? = nil,
    example: JSON? = nil, result: String? = nil, units: [String] = [], limits: Limits? = nil,
    traits: Traits = [], _ arguments: repeat Argument<each Value>,
    run: @escaping @Sendable (borrowing Call, State, repeat each Value) throws -> Void
  ) {
    let about = About(name, doc, title, role, example, result, units, limits, traits)
    table = about.table(repeat each arguments) { (call, opened, json) in
      let values = try Arguments(json)
      let state = Opened<State>.state(of: opened)
      try run(call, state, repeat try (each arguments).value(in: values))
    }
  }

  /// The same handler in a plugin with a state that it does not use.
  init(_ other: Handler<Void>) { (table, needs) = (other.table, other.needs) }

  /// What the node may take for granted of a handler.
  public struct Traits: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The node may run it again after a failure.
    public static var idempotent: Traits { Traits(rawValue: UInt32(ORIEN_IDEMPOTENT)) }
    /// It changes nothing outside the workspace.
    public static var readOnly: Traits { Traits(rawValue: UInt32(ORIEN_READ_ONLY)) }
  }
}

/// Gathers the handlers between a plugin's braces.
@resultBuilder
public enum HandlerBuilder<State> {
  public static func buildExpression(_ handler: Handler<State>) -> [Handler<State>] { [handler] }

  @_disfavoredOverload
  public static func buildExpression(_ handler: Handler<Void>) -> [Handler<State>] {
    [Handler(handler)]
  }

  public static func buildBlock(_ handlers: [Handler<State>]...) -> [Handler<State>] {
    Array(handlers.joined())
  }
}

extension Handler {
  /// What a handler says of itself, its arguments apart.
  private struct About {
    private var handler = orien_handler()

    init(
      _ name: String, _ doc: String, _ title: String?, _ role: String?, _ example: JSON?,
      _ result: String?, _ units: [String], _ limits: Limits?, _ traits: Traits
    ) {
      handler.size = UInt32(MemoryLayout<orien_handler>.size)
      handler.flags = UInt32(ORIEN_PACKED) | traits.rawValue
      handler.name = Immortal.text(name)
      handler.role = Immortal.text(role)
      handler.title = Immortal.text(title ?? name)
      handler.doc = Immortal.text(doc)
      handler.example = Immortal.text(example?.text)
      handler.result_type = Immortal.text(result)
      handler.units = Immortal.texts(units)
      handler.limits = limits.map { Immortal.value($0.table) }
      handler.run = unsafeBitCast(runHandler, to: orien_function.self)
    }

    func table<each Value>(
      _ arguments: repeat Argument<each Value>, running body: @escaping Running.Body
    ) -> UnsafePointer<orien_handler> {
      var declared: [UnsafePointer<orien_arg>] = []
      for argument in repeat each arguments { declared.append(argument.table) }
      var handler = handler
      handler.args = Immortal.list(declared)
      handler.context = Unmanaged.passRetained(Running(body: body)).toOpaque()
      return Immortal.value(handler)
    }
  }
}
