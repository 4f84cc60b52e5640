import Foundation
import Testing

/// What the providers of machines that this node takes the place of did wrong (D), or promised and did
/// not do (X): each has a test here, which bears its id in its name or in what it says of itself.
@Suite("Tidy: what is known to have been wrong elsewhere")
struct DefectTests {
  private static let known: KeyValuePairs = [
    "D-B1-1": "A size by its name counted only beside resources that were null",
    "D-B1-2": "What there was no room for was the server's error",
    "D-B1-3": "How to log in to what is not there was the server's error",
    "X-B1-1": "The documented request was refused, and its sizes ignored",
    "X-B1-2": "What was stopped could not be started",
    "X-B1-3": "Keys could be added nowhere, though clients ask for it",
    "D-B2-1": "A state that was not foreseen broke everything",
    "D-B2-2": "A backend's hiccup orphaned running machines",
    "D-B2-3": "A machine's end left its port taken",
    "D-B2-4": "A stopped machine's end gave back too little",
    "D-B2-5": "A name that was taken cost the machine that had it its place",
    "D-B2-6": "A machine of 32 GB was one of 31, and refused",
    "D-B2-7": "What a launch complained of reached nobody",
    "D-B4-1": "A line for nginx was written into the wrong block",
    "D-B4-2": "Where nginx had no block for it, nothing was said",
    "D-B4-3": "Nobody looked whether nginx can lend ports at all",
    "D-B5-1": "A file that could not be read counted as empty",
    "D-B5-2": "Ports in use were always none",
    "X-B6-1": "Who checks ports could not be chosen",
    "X-B6-2": "Ports were not checked unless somebody asked",
    "X-B6-3": "Ports that nobody had reached were given out all the same",
    "X-B6-4": "Where no checker answered, nobody said what would help",
    "X-B7-1": "Variables were declared and read nowhere",
    "X-B7-2": "A variable without effect was taken without a word",
    "D-B11-1": "Adverts bore the word signature in the place of one",
    "D-B13-1": "A chain that did not answer cost all machines their place",
    "D-B13-2": "A stream that its sender had ended paid on, for nobody looked at its recipient",
    "D-B13-3": "A worthless token paid as well as the one that counts",
    "D-B13-4": "The rate of a stream was not compared with any price",
    "D-B13-5": "One stream paid for any number of machines",
    "D-B13-6": "A stream that had ended paid for a new machine",
    "D-B13-7": "More was said to be earned than had been deposited",
    "D-B13-8": "What could not be deleted ran on, and nobody looked after it",
    "D-B13-9": "Of all streams one was collected in its time, and others not",
    "D-B13-10": "What a block had was believed before anything was on top of it",
    "D-B13-11": "A restart deleted what was being made, for its stream was not noted yet",
  ]

  /// All tests, as text.
  private static let tests = Tree.sources.filter { $0.stands(in: ["Tests"]) }
    .map { (path: $0.path, text: $0.text) }

  @Test("Each of them has a test that names it", arguments: known.map(\.key))
  func tested(_ id: String) {
    let mark = try! Regex("\\b\(id)\\b")
    let found = Self.tests.contains { test in
      !test.path.hasSuffix("DefectTests.swift") && test.text.contains(mark)
    }
    #expect(found, "nothing tests \(id)")
  }
}
