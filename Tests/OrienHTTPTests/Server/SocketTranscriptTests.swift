import Testing

@testable import OrienHTTP

@Suite("Transcripts over sockets")
struct SocketTranscriptTests {
  @Test(
    "Each request is answered over a socket as it is without one",
    arguments: ["127.0.0.1:0", "[::1]:0"])
  func answered(_ address: String) throws {
    let rig = try ServerRig(on: address)
    defer { rig.stop() }
    for transcript in Transcript.all {
      let client = try rig.connect()
      client.send(transcript.input)
      let responses =
        transcript.ends
        ? Response.all(in: client.receiveToEnd()) : client.responses(transcript.statuses.count)
      #expect(responses.map(\.status) == transcript.statuses, "\(transcript.title)")
      if let body = transcript.body { #expect(responses.last?.body == body) }
    }
    rig.shutDown()
  }
}
