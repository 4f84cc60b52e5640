import OrienModel
import Testing

@testable import OrienPlugins

@Suite("Many plugins")
struct ManyPluginsTests {
  @Test("Hundreds are loaded, each scanned once")
  func hundreds() throws {
    let tools = try Tools()
    let library = try NumberedLibrary()
    for number in 1000..<1300 { try tools.put("\(number).so", library.bytes(number)) }
    let contents = try tools.load()
    #expect(contents.refused.isEmpty)
    #expect(contents.plugins.map(\.id) == (1000..<1300).map { "test.number.\($0)" })
    #expect(contents.plugins.map { $0.declaration.handlers[0].name }.last == "tool_1299")
    var folder = tools.folder
    folder.worker = "/nonexistent"
    #expect(try folder.load(for: tools.node).plugins.count == 300)
  }

  /// A library of which there are many with an id and a tool of their own.
  private struct NumberedLibrary {
    private var whole: [UInt8]
    private var places: [Int] = []

    init() throws {
      let names = ["test.number.0000", "tool_0000"]
      whole = try Fixture.bytes("named", ["ID=\"\(names[0])\"", "TOOL=\"\(names[1])\""])
      for name in names {
        let name = Array(name.utf8)
        let start = try #require(
          whole.indices.first {
            whole[$0] == name[0] && whole[$0...].prefix(name.count).elementsEqual(name)
          })
        places.append(start + name.count - 4)
      }
    }

    func bytes(_ number: Int) -> [UInt8] {
      var bytes = whole
      for place in places { bytes.replaceSubrange(place..<(place + 4), with: "\(number)".utf8) }
      return bytes
    }
  }
}
