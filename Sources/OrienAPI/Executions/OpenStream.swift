import OrienModel

/// The place of one answer that goes on for as long as an execution does, or the node: each is a connection that
/// stays, so there are so many and no more. Letting go of it makes room for the next.
final class OpenStream {
  private let api: API

  fileprivate init(_ api: API) {
    self.api = api
    api.openStreams += 1
  }

  deinit { api.openStreams -= 1 }
}

extension API {
  func openStream() throws(Failure) -> OpenStream {
    guard openStreams < mostStreams else {
      throw Failure(
        .unavailable, "too-many-streams",
        "\(openStreams) streams of events and outputs are open, the most there can be")
    }
    return OpenStream(self)
  }
}
