import OrienSystem
import Testing

@Suite("Archives that are written")
struct TarHeaderTests {
  private func header(_ name: String, _ bytes: UInt64) throws -> [UInt8] {
    TarHeader.bytes(of: try FolderPath(name), bytes)
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  @Test("A header has its name, its length and a sum that is right")
  func plain() throws {
    let header = try header("a/b.txt", 1234)
    #expect(header.count == 512)
    #expect(text(header[0..<100]) == "a/b.txt")
    #expect(text(header[124..<136]) == "00000002322")
    #expect(text(header[257..<263]) == "ustar")
    var blank = header
    blank.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = blank.reduce(0) { $0 + Int($1) }
    #expect(Int(text(header[148..<154]), radix: 8) == sum)
  }

  @Test("A long name stands in a record whose length counts itself", arguments: [101, 988, 4095])
  func long(length: Int) throws {
    let name = String(
      decoding: (0..<length).map { $0 % 200 == 99 ? UInt8(ascii: "/") : UInt8(ascii: "n") },
      as: UTF8.self)
    let bytes = try header(name, 5)
    #expect(bytes.count % 512 == 0)
    let size = try #require(Int(text(bytes[124..<136]), radix: 8))
    let record = bytes[512..<512 + size]
    let told = record.prefix { $0 != UInt8(ascii: " ") }
    #expect(Int(String(decoding: told, as: UTF8.self)) == size)
    #expect(
      String(decoding: record, as: UTF8.self).hasSuffix(" path=\(name)\n"))
  }

  @Test("Blocks are filled", arguments: [(0, 0), (1, 511), (511, 1), (512, 0), (513, 511)])
  func padding(bytes: UInt64, count: Int) {
    #expect(TarHeader.padding(after: bytes).count == count)
  }
}
