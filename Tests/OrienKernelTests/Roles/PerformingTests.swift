import OrienModel
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: an operation of a backend", .timeLimit(.minutes(5)))
struct PerformingTests {
  /// One in C and one in Swift, each in the node and in a process of its own.
  enum Maker: String, CaseIterable {
    case c, swift

    func library(_ isolation: String) throws -> Library {
      self == .c ? try .backend(isolation: isolation) : .swiftBackend(isolation: isolation)
    }
  }

  @Test(
    "is called with the arguments that its backend knows, and answered as its page has it",
    arguments: Maker.allCases, ["node", "worker"])
  func performed(_ maker: Maker, _ isolation: String) throws {
    try World.backing(maker.library(isolation)) { world in
      let said = try world.perform("say", #"{"text":"ho","times":3,"style":"loud"}"#)
      #expect(
        said == JSON.object([.init("said", .string("hohoho")), .init("session", .bool(false))]))
      let once = try world.perform("say", #"{"text":"ho"}"#)
      #expect(once["said"]?.string == "ho")
      let kept = try world.perform("keep", #"{"name":"a","word":"hidden"}"#)
      #expect(kept["key"]?.string?.hasPrefix("op-") == true)
      let forgotten = try world.perform("forget", #"{"name":"a"}"#)
      #expect(forgotten == .object([]))
      #expect(world.kernel.operations.isIdle)
    }
  }

  @Test(
    "fails as its page foresees, and in any other way by its backend's fault",
    arguments: Maker.allCases, ["node", "worker"])
  func failed(_ maker: Maker, _ isolation: String) throws {
    try World.backing(maker.library(isolation)) { world in
      expectRefusal(.conflict, "kept-already") {
        try world.perform("keep", #"{"name":"a","how":"conflict"}"#)
      }
      expectRefusal(.notFound, "not-kept") {
        try world.perform("forget", #"{"name":"nothing"}"#)
      }
      expectRefusal(.internal, "backend-misbehaved") {
        try world.perform("keep", #"{"name":"a","how":"unlisted"}"#)
      }
      let said = try world.perform("say", #"{"text":"ho"}"#)
      #expect(said["said"]?.string == "ho")
    }
  }

  @Test(
    "Arguments that the page does not allow reach no backend",
    arguments: [
      ("say", "{}"), ("say", #"{"text":"ho","times":10}"#), ("say", #"{"text":1}"#),
      ("say", #"{"text":"ho","loud":true}"#), ("keep", "[]"),
      ("say", #"{"text":"longer than sixteen"}"#),
    ])
  func checked(_ operation: String, _ arguments: String) throws {
    try World.backing(.backend()) { world in
      expectRefusal(.invalid, "invalid-arguments") { try world.perform(operation, arguments) }
      #expect(world.kernel.operations.reads.isEmpty)
    }
  }

  @Test(
    "An answer that is none by the page is the backend's fault", arguments: ["garbage", "more"])
  func misanswered(_ how: String) throws {
    try World.backing(.backend()) { world in
      expectRefusal(.internal, "backend-misbehaved") {
        try world.perform("keep", #"{"name":"a","how":"\#(how)"}"#)
      }
      // It may have been done all the same.
      #expect(world.kernel.operations.unreconciled.count == 1)
    }
  }

  @Test(
    "An answer beyond its bound is none", arguments: ["node", "worker"])
  func tooLong(_ isolation: String) throws {
    let reply = #"-DREPLY="{\"said\":\"\#(String(repeating: "x", count: 2000))\"}""#
    let library = try Library.backend(String(reply.dropFirst(2)), isolation: isolation)
    try World.backing(library) { world in
      let failure = failure { try world.perform("say", #"{"text":"ho"}"#) }
      #expect(failure?.reason == "backend-misbehaved")
    }
  }

  @Test("Events and what is said beside the answer are no part of it")
  func beside() throws {
    try World.backing(.backend()) { world in
      let kept = try world.perform("keep", #"{"name":"a","how":"event"}"#)
      #expect(kept.members?.map(\.name) == ["key"])
    }
  }

  @Test("What nobody knows is told by name")
  func unknown() throws {
    try World.backing(.backend()) { world in
      expectRefusal(.unavailable, "unknown-role") { try world.perform("say", of: "vm/1") }
      expectRefusal(.invalid, "unknown-operation") { try world.perform("shout") }
    }
  }

  @Test("Reads are counted by how they ended, and what changes something is not")
  func counted() throws {
    try World.backing(.backend()) { world in
      for _ in 0..<2 { try world.perform("say", #"{"text":"ho"}"#) }
      try world.perform("keep", #"{"name":"a"}"#)
      let reads = world.kernel.operations.reads
      #expect(reads.values.reduce(0, +) == 2)
      #expect(reads.keys.first?.operation == "say" && reads.keys.first?.outcome == "done")
    }
  }

  @Test("A role's operations are no tools")
  func noTools() throws {
    try World.backing(.backend()) { world in
      #expect(world.kernel.catalogue.tools.isEmpty)
      expectRefusal(.invalid) { try world.submit("say", #"{"text":"ho"}"#) }
    }
  }
}
