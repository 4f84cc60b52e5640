import COrienABI
import Glibc
import Testing

@Suite("The libraries of plugins in Swift")
struct LibraryTests {
  /// The built library, opened as the node opens it.
  private func library(_ name: String) throws -> UnsafeMutableRawPointer {
    // The tests' own library lies beside those of the plugins.
    let bundle = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
    let folder = bundle.prefix(through: try #require(bundle.lastIndex(of: "/")))
    let handle = dlopen("\(folder)lib\(name).so", RTLD_NOW | RTLD_LOCAL)
    return try #require(handle, "\(String(cString: dlerror()))")
  }

  @Test(
    "A library exports its entry, and nothing of the kit that is linked into it",
    arguments: ["python_script", "node_script"])
  func exports(_ name: String) throws {
    let handle = try library(name)
    #expect(dlsym(handle, "orien_plugin_v1") != nil)
    #expect(dlsym(handle, "$s8OrienKit4JSONOMn") == nil)
    #expect(dlsym(handle, "$s8OrienKit4CallVMn") == nil)
  }

  @Test(
    "A script's tool is declared with its name, its bounds and its four arguments",
    arguments: [
      ("python_script", "Run Python Script", 120_000, 75, 1024),
      ("node_script", "Run Node.js Script", 60_000, 50, 512),
    ] as [(String, String, UInt64, UInt64, UInt64)])
  func declares(
    _ name: String, _ title: String, _ milliseconds: UInt64, _ percent: UInt64, _ mebibytes: UInt64
  ) throws {
    typealias Entry = @convention(c) () -> UnsafePointer<orien_plugin>?
    let symbol = try #require(dlsym(try library(name), "orien_plugin_v1"))
    let plugin = try #require(unsafeBitCast(symbol, to: Entry.self)())
    let handler = try #require(plugin.pointee.handlers[0])
    #expect(plugin.pointee.handlers[1] == nil)
    #expect(String(cString: handler.pointee.name) == name)
    #expect(String(cString: handler.pointee.title) == title)
    #expect(handler.pointee.limits.pointee.wall_ms == milliseconds)
    #expect(handler.pointee.limits.pointee.cpu_percent == percent)
    #expect(handler.pointee.limits.pointee.memory_bytes == mebibytes << 20)
    let arguments = (0..<4).compactMap { handler.pointee.args[$0]?.pointee }
    #expect(arguments.map { String(cString: $0.name) } == ["script", "args", "stdin", "env"])
    #expect(arguments.map { Int($0.type) } == [ORIEN_FILE, ORIEN_TEXTS, ORIEN_TEXT, ORIEN_JSON])
    #expect(arguments.map { $0.flags } == [UInt32(ORIEN_REQUIRED), 0, 0, 0])
  }
}
