internal import OrienModel

extension HTTPClient {
  /// What a failure of this module's says for programs and for people, for a plugin, which does not
  /// link the module of the values; nil of any other error.
  package static func told(of error: any Error) -> (reason: String, message: String)? {
    (error as? Failure).map { ($0.reason, $0.message) }
  }
}
