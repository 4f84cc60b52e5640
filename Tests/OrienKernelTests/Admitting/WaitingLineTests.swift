import OrienModel
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("A line of calls that wait")
struct WaitingLineTests {
  @Test("Whoever leaves from wherever, the others keep their order", arguments: 0..<8)
  func order(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var line = WaitingLine()
    var model: [ExecutionID] = []
    for number in 0..<2000 as Range<UInt64> {
      switch Int.random(in: 0..<5, using: &random) {
      case 0, 1:
        let id = ExecutionID(
          random: (0..<16).map { UInt8(truncatingIfNeeded: number >> ($0 % 2 * 8)) })
        line.append(id, number)
        model.append(id)
      case 2, 3:
        if let first = model.first {
          let isRemoved = line.remove(first)
          #expect(isRemoved)
          model.removeFirst()
        }
      default:
        if let id = model.randomElement(using: &random) {
          let removals = [line.remove(id), line.remove(id)]
          #expect(removals == [true, false])
          model.removeAll { $0 == id }
        }
      }
      #expect(line.first?.id == model.first)
      #expect(line.isEmpty == model.isEmpty)
    }
  }
}
