/// Who answers requests. Called on the loop's thread, once for each request.
package protocol HTTPHandler: AnyObject {
  /// Answers by `exchange`, now or later. Letting go of an unanswered exchange answers 500.
  func handle(_ request: HTTPRequest, _ exchange: HTTPExchange)
}

/// A piece of a body that is streamed to its receiver.
package enum HTTPBodyEvent {
  case bytes([UInt8])
  /// All of it has come.
  case end
  /// The rest will not come: the client is gone, too slow, or sent too much. Where it still hears,
  /// the server has answered it already.
  case aborted
}
