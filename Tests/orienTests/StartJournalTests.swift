import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("What a start notes of itself")
struct StartJournalTests {
  private let scratch = Scratch()

  private func begin() throws -> StartJournal {
    scratch.adopt("starting")
    return StartJournal(in: try Folder(at: scratch.path), log: Log(level: .error, format: .text))
  }

  @Test("The library that was loaded last is named once starts have died twice in a row")
  func suspect() throws {
    for failures in 0...2 {
      let journal = try begin()
      #expect(journal.failures == failures)
      #expect((journal.advice != nil) == (failures == 2))
      #expect(journal.suspect == (failures == 0 ? nil : "b.so"))
      journal.note(loading: "a.so")
      journal.note(loading: "b.so")
    }
    let journal = try begin()
    #expect(journal.advice?.contains("3 times in a row") == true)
    #expect(journal.advice?.contains("while b.so was loaded") == true)
  }

  @Test("A start that has come up is forgotten, and so is a reload once it is in use")
  func forgotten() throws {
    _ = try begin()
    var journal = try begin()
    #expect(journal.failures == 1)
    journal.end()
    journal.end()
    journal = try begin()
    #expect(journal.failures == 0)
    journal.end()
    journal.note(loading: "new.so")
    journal.end()
    #expect(try begin().failures == 0)
  }

  @Test("A reload that ends the node counts as a start that did, with what it loaded")
  func reload() throws {
    let journal = try begin()
    journal.note(loading: "a.so")
    journal.end()
    journal.note(loading: "a.so")
    journal.note(loading: "b.so")
    let next = try begin()
    #expect(next.failures == 1)
    #expect(next.suspect == "b.so")
  }

  @Test("What somebody else has left there is nobody's failure")
  func nonsense() throws {
    _ = scratch.write("starting", "nonsense\n\n3")
    #expect(try begin().failures == 0)
    #expect(try begin().failures == 1)
  }
}
