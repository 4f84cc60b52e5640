import OrienModel
import OrienSystem
import Testing

@Suite("Paths beneath a folder")
struct FolderPathTests {
  @Test(
    "A path that would lead out is refused as such",
    arguments: [
      "../x", "a/../../x", "..", "a/..", "/etc/passwd", "//etc/passwd", "/", "..\\x", "a\\..\\x",
      "a/..\\..\\x", "x/..\\",
    ])
  func escapes(_ text: String) {
    #expect(reason { try FolderPath(text) } == "path-escape")
  }

  @Test(
    "A path that the kernel would read otherwise than it is written is refused",
    arguments: ["", ".", "a//b", "a/", "./a", "a/./b", "a\0/../../etc", "\0", "a/b\0"])
  func invalid(_ text: String) {
    #expect(reason { try FolderPath(text) } == "path-invalid")
  }

  @Test("A name may have 255 bytes, a path 4095")
  func lengths() throws {
    let name = String(repeating: "n", count: 255)
    #expect(try FolderPath(name).bytes.count == 255)
    #expect(reason { try FolderPath(name + "n") } == "path-too-long")
    #expect(reason { try FolderPath(String(repeating: "é", count: 128)) } == "path-too-long")
    let longest = String(repeating: "ab/", count: 1364) + "abc"
    #expect(try FolderPath(longest).bytes.count == 4095)
    #expect(reason { try FolderPath(longest + "d") } == "path-too-long")
  }

  @Test(
    "Every other byte is a byte of a name",
    arguments: [
      "a", "...", "..a", ".hidden", "-rf", "a b", "a\nb", "％２ｅ％２ｅ", "．．／x", "\u{202E}txt.exe",
      "a\u{200B}b", "%2e%2e", "~", "$HOME", "C:\\x", "a\\b",
    ])
  func opaque(_ text: String) throws {
    #expect(try FolderPath(text).bytes == Array(text.utf8))
  }

  @Test("Names that look alike are two names: composed and decomposed, upper and lower case")
  func twins() throws {
    #expect(FolderPath("\u{E9}") != FolderPath("e\u{301}"))
    #expect(FolderPath("A") != FolderPath("a"))
  }

  @Test("Bytes that are no text show as such, and in a URL as they are")
  func shown() throws {
    let path = try FolderPath([0x61, 0xFF, 0x2F, 0x25, 0x20])
    #expect(path.text == "a\u{FFFD}/% ")
    #expect(path.percentEncoded == "a%ff/%25%20")
    #expect(path.bytes == [0x61, 0xFF, 0x2F, 0x25, 0x20])
  }
}

/// The reason of the failure that `body` ends in; nil where it does not.
func reason<Value>(_ body: () throws -> Value) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return (error as? Failure)?.reason ?? "\(error)"
  }
}
