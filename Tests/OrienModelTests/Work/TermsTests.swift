import OrienModel
import Testing

@Suite("What a caller asks of a call beside its arguments")
struct TermsTests {
  private func read(_ text: String) throws -> (terms: Terms, faults: [String]) {
    var faults: [Failure.Fault] = []
    let terms = Terms(try JSON(parsing: Array(text.utf8)), faults: &faults)
    return (terms, faults.map(\.pointer))
  }

  @Test(
    "What is asked is read, and comes back as the ledger keeps it",
    arguments: [
      #"{}"#, #"{"captureArtifacts":true}"#, #"{"outputFolder":"out"}"#,
      #"{"limits":{"wallMilliseconds":1,"memoryBytes":2},"captureArtifacts":true}"#,
    ])
  func roundTrip(text: String) throws {
    let (terms, faults) = try read(text)
    #expect(faults == [])
    guard let kept = terms.kept else {
      #expect(terms == .none)
      return
    }
    #expect(try read(String(decoding: kept, as: UTF8.self)).terms == terms)
  }

  @Test("A folder alone asks for what is in it, and nobody looks where nobody asked")
  func wishes() throws {
    #expect(try read(#"{"outputFolder":"out"}"#).terms.artifacts == ArtifactWish(folder: "out"))
    #expect(try read(#"{"captureArtifacts":true}"#).terms.artifacts == ArtifactWish())
    #expect(try read(#"{"captureArtifacts":false}"#).terms.artifacts == nil)
    #expect(Terms.none.kept == nil)
  }

  @Test(
    "What is wrong is named by its pointer",
    arguments: [
      (#"{"captureArtifacts":1}"#, "/captureArtifacts"), (#"{"outputFolder":""}"#, "/outputFolder"),
      (#"{"outputFolder":"a/b"}"#, "/outputFolder"), (#"{"outputFolder":".."}"#, "/outputFolder"),
      (#"{"outputFolder":"a\\b"}"#, "/outputFolder"), (#"{"limits":1}"#, "/limits"),
      (#"{"limits":{"concurrency":1}}"#, "/limits/concurrency"),
      (#"{"limits":{"memoryBytes":0}}"#, "/limits/memoryBytes"),
      (#"{"limits":{"memoryBytes":-1}}"#, "/limits/memoryBytes"),
      (#"{"limits":{"memoryBytes":"1"}}"#, "/limits/memoryBytes"),
    ])
  func faults(text: String, pointer: String) throws {
    #expect(try read(text).faults == [pointer])
  }

  @Test("Base64 is what it was made of, at every length", arguments: 0..<9)
  func base64(length: Int) {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 97 + 200) }
    #expect(bytes.base64.utf8.count == (length + 2) / 3 * 4)
    #expect([UInt8](base64: bytes.base64) == bytes)
  }
}
