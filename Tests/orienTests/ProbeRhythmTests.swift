import OrienSystem
import Testing

@testable import orien

@Suite("When plugins are asked how they are")
struct ProbeRhythmTests {
  private func pauses(_ away: [Set<String>]) -> [Int64] {
    var rhythm = ProbeRhythm()
    return away.map { rhythm.next(away: $0).components.seconds }
  }

  @Test("Those that are well are asked now and then")
  func well() { #expect(pauses([[], [], []]) == [10, 10, 10]) }

  @Test("One that is away is asked soon, and less and less often while it stays away")
  func away() {
    #expect(
      pauses([[], ["a"], ["a"], ["a"], ["a"], ["a"], ["a"], []]) == [10, 1, 2, 4, 8, 10, 10, 10])
  }

  @Test("One that is away beside another is asked as soon as that was, also when it is so again")
  func another() {
    #expect(pauses([["a"], ["a"], ["a", "b"], ["a"], ["a", "b"]]) == [1, 2, 1, 2, 1])
  }
}
