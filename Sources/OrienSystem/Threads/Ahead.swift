package import OrienModel

/// What is worked out on a thread of its own while whoever will want it does other things.
package struct Ahead<Value: Sendable>: Sendable {
  private let answer = Channel<Result<Value, Failure>>()

  /// `name` has at most 15 bytes.
  package init(_ name: String, _ body: @escaping @Sendable () throws(Failure) -> Value) {
    Thread(name) { [answer] in
      answer.send(Result { () throws(Failure) in try body() })
    }.detach()
  }

  /// Waits for it. To be called once.
  package func value() throws(Failure) -> Value {
    guard let result = answer.receive() else {
      preconditionFailure("nobody closes what is sent once")
    }
    return try result.get()
  }
}
