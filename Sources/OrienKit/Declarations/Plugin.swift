// The entry's type is C's: an author imports the kit alone.
@_exported public import COrienABI

/// A plugin written in Swift: what its library's entry hands to the node.
///
///     import OrienKit
///
///     let plugin = Plugin(id: "com.example.greet", version: "1.0.0") {
///       Tool("greet", "Greets somebody.", .text("name", "Whom")) { call, name in
///         try call.emit("Hello, \(name)\n")
///       }
///     }
///
///     @c @implementation
///     public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
///
/// Make it once, as a constant of the library: what it holds lives until the process ends.
public struct Plugin: @unchecked Sendable {
  /// The C table behind it. Nobody writes to it once it is made, so that any thread may read it.
  public let table: UnsafePointer<orien_plugin>

  /// A plugin that keeps nothing between calls.
  ///
  /// `concurrency` is how many handlers may run at once, of all together; 0 is any number.
  /// `needs` names services and grants without which the plugin cannot work, as `orien_plugin.h`
  /// has them ("program:ffmpeg").
  public init(
    id: String, version: String, _ doc: String = "", concurrency: UInt32 = 0,
    needs: [String] = [], @HandlerBuilder<Void> handlers: () -> [Handler<Void>]
  ) {
    table = Immortal.value(Self.declaration(id, version, doc, concurrency, needs, handlers()))
  }

  /// A plugin that opens something, say a connection to a daemon, and hands it to its handlers.
  ///
  /// `settings` are what the operator may write under "config" in the manifest. `open` makes the
  /// state, `close` undoes it after the last handler returned, `probe` throws where the backend
  /// cannot be used now. The same library may be open twice: keep things in the state.
  public init<State: Sendable, each Setting>(
    id: String, version: String, _ doc: String = "", concurrency: UInt32 = 0,
    needs: [String] = [], settings: repeat Argument<each Setting>,
    open: @escaping @Sendable (borrowing Call, repeat each Setting) throws -> State,
    close: @escaping @Sendable (State) -> Void = { _ in },
    probe: (@Sendable (borrowing Call, State) throws -> Void)? = nil,
    @HandlerBuilder<State> handlers: () -> [Handler<State>]
  ) {
    var plugin = Self.declaration(id, version, doc, concurrency, needs, handlers())
    var declared: [UnsafePointer<orien_arg>] = []
    for setting in repeat each settings { declared.append(setting.table) }
    plugin.settings = Immortal.list(declared)
    plugin.flags = UInt32(ORIEN_PACKED)
    let opening = Opening { (call, json) in
      let values = try Arguments(json)
      let state = try open(call, repeat try (each settings).value(in: values))
      return Opened(state: state, close: close, probe: probe)
    }
    plugin.context = Unmanaged.passRetained(opening).toOpaque()
    plugin.open = unsafeBitCast(openPlugin, to: orien_function.self)
    plugin.close = closePlugin
    plugin.probe = probe == nil ? nil : probePlugin
    table = Immortal.value(plugin)
  }

  private static func declaration<State>(
    _ id: String, _ version: String, _ doc: String, _ concurrency: UInt32, _ needs: [String],
    _ handlers: [Handler<State>]
  ) -> orien_plugin {
    var plugin = orien_plugin()
    plugin.size = UInt32(MemoryLayout<orien_plugin>.size)
    plugin.concurrency = concurrency
    plugin.id = Immortal.text(id)
    plugin.version = Immortal.text(version)
    plugin.doc = Immortal.text(doc)
    let all = needs + handlers.flatMap(\.needs).filter { !needs.contains($0) }
    plugin.needs = Immortal.texts(all.enumerated().filter { all.firstIndex(of: $1) == $0 }.map(\.1))
    plugin.handlers = Immortal.list(handlers.map(\.table))
    return plugin
  }
}
