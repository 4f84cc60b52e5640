import Glibc
import OrienModel
import OrienSystem
import Testing

@Suite("A program's surroundings")
struct ProgramTests {
  @Test("The environment is this process's, and paths go from its folder on")
  func environment() {
    let environment = Environment.current
    #expect(environment["PATH"] == getenv("PATH").map { String(cString: $0) })
    #expect(environment.userID == geteuid())
    #expect(environment.executablePath.hasPrefix("/"))
    #expect(HostFile.kind(at: environment.workingFolder) == .folder)
    #expect(environment.absolute("/a") == "/a")
    #expect(Environment(workingFolder: "/w").absolute("a") == "/w/a")
    #expect(Environment(workingFolder: "/").absolute("a") == "/a")
  }

  @Test("A file that somebody chose is read whole, up to its bound, as text")
  func files() throws {
    var template = Array("/tmp/orien-program-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { unlink(path) }
    write(descriptor, "text\n", 5)
    #expect(try HostFile(at: path).text(atMostBytes: 5) == "text\n")
    let large = #expect(throws: Failure.self) { try HostFile(at: path).text(atMostBytes: 4) }
    #expect(large?.code == .tooLarge)
    write(descriptor, [0xFF] as [UInt8], 1)
    let binary = #expect(throws: Failure.self) { try HostFile(at: path).text(atMostBytes: 99) }
    #expect(binary?.reason == "not-text")
    close(descriptor)
  }

  @Test(
    "What is no file is refused by name",
    arguments: [("/tmp", "not-a-file"), ("/nowhere/at/all", "not-found")])
  func refused(_ path: String, _ reason: String) {
    let failure = #expect(throws: Failure.self) { try HostFile(at: path) }
    #expect(failure?.reason == reason)
    #expect(failure?.message.contains(path) == true)
  }

  @Test(
    "A library is found by what it has",
    arguments: ["getpid": "libc.so.6", "swift_retain": "libswiftCore.so"])
  func library(_ symbol: String, _ file: String) throws {
    let folder = try #require(Program.folder(ofSymbol: symbol))
    #expect(HostFile.kind(at: "\(folder)/\(file)") == .regular)
  }

  @Test("What no library has is in no folder")
  func noLibrary() { #expect(Program.folder(ofSymbol: "orien_has_no_such_thing") == nil) }

  @Test("What only the start needed is given back, and the program goes on")
  func givingBack() throws {
    Program.noteOwnLibraries()
    let before = try filePages()
    Program.giveBackStart()
    #expect(try filePages() < before)
  }

  /// Pages of files that this process has mapped and that are in memory.
  private func filePages() throws -> Int {
    let file = try #require(fopen("/proc/self/statm", "r"))
    defer { fclose(file) }
    var line = [UInt8](repeating: 0, count: 256)
    let count = fread(&line, 1, line.count, file)
    let fields = String(decoding: line.prefix(count), as: UTF8.self).split(separator: " ")
    return try #require(Int(fields[2]))
  }
}
