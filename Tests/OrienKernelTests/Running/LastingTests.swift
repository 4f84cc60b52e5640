import Foundation
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@testable import OrienKernel

/// Programs that a manifest lets outlive the node, real ones.
@Suite("A program that outlives the node")
struct LastingTests {
  private static let sleep =
    #"{"program": "sleep", "path": "/usr/bin/sleep", "arguments": [["\\d+"]]}"#

  private static func with(
    _ manifest: String = "", required: [RequiredLimit] = [], _ body: (World) throws -> Void
  ) throws {
    let library = try Library.fixture(
      "lasting", manifest: #"{"grants": {"programs": [\#(sleep)]}\#(manifest)}"#)
    var settings = World.Settings(library)
    settings.policy.required = required
    let world = try World(settings)
    func end() throws {
      for key in try world.lasting.all() { try world.lasting.stop(key, graceMilliseconds: 0) }
      try world.close()
    }
    do { try body(world) } catch {
      try? end()
      throw error
    }
    try end()
  }

  private static func ask(
    _ world: World, _ words: String, memory: Int = 0
  ) throws -> (said: String, record: FinalRecord) {
    let record = try world.run("lasting", #"{"words": [\#(words)], "memory": \#(memory)}"#)
    return (String(decoding: try world.output(of: record.id), as: UTF8.self), record)
  }

  @Test("is in no way its call's: not its limits, and not its end")
  func own() throws {
    try Self.with(#", "limits": {"memoryBytes": 1048576, "processes": 1}"#) { world in
      #expect(try Self.ask(world, #""start", "a", "sleep", "4321""#).said == "0 ")
      #expect(try Self.ask(world, #""start", "a", "sleep", "4321""#).said == "8 ")
      let key = try #require(try world.lasting.all().first)
      #expect(key.owner == "test.lasting" && key.name.text == "a")
      #expect(try world.lasting.status(key)?.isRunning == true)
      #expect(try Self.ask(world, #""start", "b", "sleep", "1s""#).said == "2 ")
      #expect(try Self.ask(world, #""stop", "a""#).said == "0 ")
      #expect(try world.lasting.all().isEmpty)
    }
  }

  @Test("is refused without a limit that the operator wants held, and is not for those of calls")
  func required() throws {
    try Self.with(required: [.memory, .io, .workspaceBytes]) { world in
      #expect(try Self.ask(world, #""start", "a", "sleep", "4321""#).said == "6 ")
      let held = try Self.ask(world, #""start", "a", "sleep", "4321""#, memory: 64 << 20).said
      // Where no group holds memory it is refused all the same.
      let isHeld = access("/sys/fs/cgroup/memory", F_OK) == 0
      if isHeld { #expect(held == "0 ") }
    }
  }
}
