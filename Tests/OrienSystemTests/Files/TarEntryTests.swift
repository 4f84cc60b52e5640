import OrienModel
import OrienSystem
import Testing

@Suite("Archives that are read")
struct TarEntryTests {
  @Test("What a header was made of is read from it, and blocks of zeros end an archive")
  func read() throws {
    for (name, bytes) in [
      ("ledger.db", UInt64(0)), ("outputs/exec-1.out", UInt64(TarHeader.mostBytes)),
    ] {
      let entry = try TarEntry(TarHeader.bytes(of: FolderPath(name), bytes))
      #expect(entry?.name == name)
      #expect(entry?.bytes == bytes)
    }
    #expect(try TarEntry(Array(TarHeader.end.prefix(TarHeader.blockBytes))) == nil)
  }

  @Test("A header with any byte changed is refused, and so is one of something else than a file")
  func damaged() throws {
    let name: FolderPath = "ledger.db"
    let whole = TarHeader.bytes(of: name, 12)
    for place in whole.indices where !(148..<156).contains(place) {
      var header = whole
      header[place] ^= 1
      #expect(throws: Failure.self) { try TarEntry(header) }
    }
    let longName = try FolderPath(String(repeating: "x", count: 120))
    let long = TarHeader.bytes(of: longName, 12)
    #expect(throws: Failure.self) { try TarEntry(Array(long.prefix(TarHeader.blockBytes))) }
  }
}
