internal import OrienHTTPClient
internal import OrienKit

/// Where an engine is, as DOCKER_HOST has it.
struct EngineAddress: Sendable, Equatable {
  /// Of a socket of this machine; nil where it is asked over the network.
  let socket: String?
  let base: String

  /// By which it is reached; nil: directly.
  var proxy: String? { socket == nil ? HTTPClient.wayOut : nil }

  init(_ text: String) throws(Failure) {
    if text.hasPrefix("unix://") {
      let path = String(text.dropFirst("unix://".count))
      // What a socket's address has room for.
      guard path.hasPrefix("/"), path.utf8.count < 108 else {
        throw Failure(.invalid, "host: expected unix:///PATH of at most 107 bytes, got '\(text)'")
      }
      (socket, base) = (path, "http://engine")
    } else if text.hasPrefix("tcp://") {
      (socket, base) = (nil, "http://" + text.dropFirst("tcp://".count))
    } else {
      throw Failure(.invalid, "host: expected unix:///PATH or tcp://HOST:PORT, got '\(text)'")
    }
  }
}
