extension Handler {
  /// A role's operation: JSON that its page has, in and out, for the node's own services alone.
  ///
  ///     Handler.operation("stop", of: "vm/1", "Stops a machine.", .text("name", "Which")) { _, name in
  ///       try engine.stop(name)
  ///       return ["state": "stopped"]
  ///     }
  ///
  /// It declares the arguments of the page that it knows, and gets no others. What it throws is to be
  /// a failure that the page lists; anything else is told as the plugin's fault.
  public static func operation<each Value>(
    _ name: String, of role: String, _ doc: String, units: [String] = [], limits: Limits? = nil,
    _ arguments: repeat Argument<each Value>,
    run: @escaping @Sendable (borrowing Call, repeat each Value) throws -> JSON
  ) -> Handler where State == Void {
    Handler(
      name, doc, role: role, result: "application/json", units: units, limits: limits,
      repeat each arguments
    ) { (call: borrowing Call, values: repeat each Value) in
      try call.emit(run(call, repeat each values).text)
    }
  }

  /// The same with what the plugin's `open` made.
  public static func operation<each Value>(
    _ name: String, of role: String, _ doc: String, units: [String] = [], limits: Limits? = nil,
    _ arguments: repeat Argument<each Value>,
    run: @escaping @Sendable (borrowing Call, State, repeat each Value) throws -> JSON
  ) -> Handler {
    Handler(
      name, doc, role: role, result: "application/json", units: units, limits: limits,
      repeat each arguments
    ) { (call: borrowing Call, state: State, values: repeat each Value) in
      try call.emit(run(call, state, repeat each values).text)
    }
  }
}
