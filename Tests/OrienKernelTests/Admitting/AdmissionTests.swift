import OrienModel
import Testing

@testable import OrienKernel

@Suite("Admission")
struct AdmissionTests {
  let echo = ToolID("echo")!
  let python = ToolID("python_script")!

  func id(_ number: UInt8) -> ExecutionID {
    ExecutionID(random: Array(repeating: number, count: 16))
  }

  func room(_ slots: Int, of plugin: Int = 99) -> Admission.Room {
    Admission.Room(slots: slots, plugin: "p", pluginSlots: plugin)
  }

  func admission(slots: Int = 2, queued: Int = 8, perOwner: Int = 4) -> Admission {
    Admission(bounds: .init(slots: slots, queued: queued, queuedPerOwner: perOwner))
  }

  @Test("A third call waits when two slots are taken, and runs when one is given back")
  func waits() {
    var admission = admission()
    let owner = Owner("a")
    #expect(admission.enter(id(1), tool: echo, room(9), owner: owner) == .run)
    #expect(admission.enter(id(2), tool: echo, room(9), owner: owner) == .run)
    #expect(admission.enter(id(3), tool: echo, room(9), owner: owner) == .wait)
    #expect(admission.next { _ in room(9) } == nil)
    admission.leave(tool: echo, of: "p")
    #expect(admission.next { _ in room(9) } == id(3))
    #expect(admission.running == 2)
    #expect(admission.waiting == 0)
  }

  @Test("A tool's own slots hold though the node has more; another tool passes by")
  func toolSlots() {
    var admission = admission(slots: 4)
    let owner = Owner("a")
    #expect(admission.enter(id(1), tool: python, room(1), owner: owner) == .run)
    #expect(admission.enter(id(2), tool: python, room(1), owner: owner) == .wait)
    #expect(admission.enter(id(3), tool: echo, room(4), owner: owner) == .run)
    #expect(admission.next { room($0 == id(3) ? 4 : 1) } == nil)
    admission.leave(tool: python, of: "p")
    #expect(admission.next { room($0 == id(3) ? 4 : 1) } == id(2))
  }

  @Test("Tools of one plugin share its slots, and another plugin's tool passes by")
  func pluginSlots() {
    var admission = admission(slots: 4)
    let owner = Owner("a")
    #expect(admission.enter(id(1), tool: python, room(4, of: 1), owner: owner) == .run)
    #expect(admission.enter(id(2), tool: echo, room(4, of: 1), owner: owner) == .wait)
    let other = Admission.Room(slots: 4, plugin: "q", pluginSlots: 1)
    #expect(admission.enter(id(3), tool: ToolID("else")!, other, owner: owner) == .run)
    #expect(admission.next { _ in room(4, of: 1) } == nil)
    admission.leave(tool: python, of: "p")
    #expect(admission.next { _ in room(4, of: 1) } == id(2))
  }

  @Test("Nobody passes those of its own who wait for the same tool")
  func noPassing() {
    var admission = admission(slots: 1)
    let owner = Owner("a")
    _ = admission.enter(id(1), tool: echo, room(1), owner: owner)
    _ = admission.enter(id(2), tool: echo, room(1), owner: owner)
    admission.leave(tool: echo, of: "p")
    #expect(admission.enter(id(3), tool: echo, room(1), owner: owner) == .wait)
    #expect(admission.next { _ in room(1) } == id(2))
  }

  @Test("Owners are served in turn, each of them first come first served")
  func turns() {
    var admission = admission(slots: 1)
    let (many, one) = (Owner("many"), Owner("one"))
    _ = admission.enter(id(1), tool: echo, room(1), owner: many)
    for number in 2...4 {
      _ = admission.enter(id(UInt8(number)), tool: echo, room(1), owner: many)
    }
    _ = admission.enter(id(9), tool: echo, room(1), owner: one)
    var order: [ExecutionID] = []
    for _ in 0..<4 {
      admission.leave(tool: echo, of: "p")
      if let next = admission.next(room: { _ in room(1) }) { order.append(next) }
    }
    #expect(order == [id(2), id(9), id(3), id(4)])
  }

  @Test("The queue is bounded for each owner and in all, and says which bound it was")
  func bounds() {
    var admission = admission(slots: 1, queued: 3, perOwner: 2)
    let (a, b) = (Owner("a"), Owner("b"))
    _ = admission.enter(id(1), tool: echo, room(1), owner: a)
    #expect(admission.enter(id(2), tool: echo, room(1), owner: a) == .wait)
    #expect(admission.enter(id(3), tool: echo, room(1), owner: a) == .wait)
    guard case .refuse(let own) = admission.enter(id(4), tool: echo, room(1), owner: a) else {
      Issue.record("a third call of one owner waits beyond its bound of two")
      return
    }
    #expect(own.code == .limited && own.message.contains("QUEUE_LENGTH_PER_OWNER"))
    #expect(admission.enter(id(5), tool: echo, room(1), owner: b) == .wait)
    guard case .refuse(let all) = admission.enter(id(6), tool: echo, room(1), owner: b) else {
      Issue.record("a fourth call waits beyond the queue's bound of three")
      return
    }
    #expect(all.code == .limited && all.message.contains("QUEUE_LENGTH"))
  }

  @Test("A call that gives up leaves the queue as if it had never come")
  func removal() {
    var admission = admission(slots: 1)
    let owner = Owner("a")
    _ = admission.enter(id(1), tool: echo, room(1), owner: owner)
    _ = admission.enter(id(2), tool: echo, room(1), owner: owner)
    let isRemoved = admission.remove(id(2), tool: echo, owner: owner)
    let isRemovedAgain = admission.remove(id(2), tool: echo, owner: owner)
    #expect(isRemoved && !isRemovedAgain)
    admission.leave(tool: echo, of: "p")
    #expect(admission.next { _ in room(1) } == nil)
    #expect(admission.waiting == 0)
    #expect(admission.enter(id(3), tool: echo, room(1), owner: owner) == .run)
  }
}
