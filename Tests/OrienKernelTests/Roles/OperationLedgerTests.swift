import OrienLedger
import OrienModel
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: operations that change something", .timeLimit(.minutes(5)))
struct OperationLedgerTests {
  @Test("One that is over has its outcome, and the next node has nothing to look at")
  func settled() throws {
    let left = try World.backing(.backend()) { world in
      try world.perform("keep", #"{"name":"a","word":"hidden"}"#)
      expectRefusal(.conflict) { try world.perform("keep", #"{"name":"a","how":"conflict"}"#) }
      return world.scratch
    }
    try World.backing(.backend(), after: left) { world in
      #expect(world.kernel.operations.unreconciled.isEmpty)
    }
  }

  @Test("One that ran when the node died is told by the next, and not done again")
  func died() throws {
    let left = try World.backing(.backend()) { world in
      let arguments = try JSON(parsing: #"{"name":"a","how":"wait","word":"hidden"}"#)
      world.kernel.perform("keep", of: "echo/1", arguments) { _ in }
      try world.wait {
        world.kernel.operations.inFlight.values.contains { $0.run != nil }
      }
      let left = world.die()
      world.kernel.operations.stop()
      return left
    }
    try World.backing(.backend(), after: left) { world in
      let open = try #require(world.kernel.operations.unreconciled.first)
      #expect(open.role == "echo/1" && open.operation == "keep" && open.plugin == "test.backend")
      #expect(String(decoding: open.arguments, as: UTF8.self) == #"{"name":"a","how":"wait"}"#)
      #expect(world.kernel.operations.inFlight.isEmpty)
    }
  }

  @Test("One whose backend died over it stays open until a service has looked")
  func crashed() throws {
    let left = try World.backing(.backend(isolation: "worker")) { world in
      expectRefusal(.internal, "plugin-crash") {
        try world.perform("keep", #"{"name":"a","how":"crash"}"#)
      }
      #expect(world.kernel.operations.unreconciled.count == 1)
      return world.scratch
    }
    let again = try World.backing(.backend(), after: left) { world in
      let open = try #require(world.kernel.operations.unreconciled.first)
      try world.loop.answer {
        world.kernel.operations.reconcile(
          open.id, .object([.init("found", .bool(false))]), then: $0)
      }
      #expect(world.kernel.operations.unreconciled.isEmpty)
      return world.scratch
    }
    try World.backing(.backend(), after: again) { world in
      #expect(world.kernel.operations.unreconciled.isEmpty)
    }
  }

  @Test("A node that goes down opens nothing more and still closes")
  func drains() throws {
    try World.backing(.backend()) { world in
      world.kernel.drain()
      expectRefusal(.unavailable, "draining") { try world.perform("keep", #"{"name":"a"}"#) }
      let forgotten = try world.perform("forget", #"{"name":"a"}"#)
      #expect(forgotten == .object([]))
    }
  }
}
