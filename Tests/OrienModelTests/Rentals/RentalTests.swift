import OrienModel
import Testing

@Suite("What a ledger keeps of a machine")
struct RentalTests {
  private func rental(_ trouble: Rental.Trouble?) -> Rental {
    var rental = Rental(
      id: "golem-web", name: "web", owner: Owner("somebody"), phase: .deleting, size: .none,
      image: "", access: .init(publicKey: "ssh-ed25519 AAAA"), job: "job",
      createdAt: Timestamp(microseconds: 5))
    rental.trouble = trouble
    return rental
  }

  private func written(_ rental: Rental) -> String {
    var writer = JSONWriter()
    rental.write(to: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func read(_ text: String, as one: Rental) throws -> Rental {
    try Rental(
      JSON(parsing: Array(text.utf8)), id: one.id, name: one.name, phase: one.phase, job: one.job,
      endedAt: one.endedAt)
  }

  @Test("What it was troubled by is read as it was written, whatever its code")
  func trouble() throws {
    for code in Failure.Code.allCases {
      let one = rental(.init(code, "vanished", "it is gone"))
      #expect(try read(written(one), as: one) == one)
    }
    #expect(try read(written(rental(nil)), as: rental(nil)) == rental(nil))
  }

  @Test("What was written before there were codes is a machine that was not available")
  func older() throws {
    let one = rental(.init(.unavailable, "broken", "no disk"))
    let text = written(one).replacing(#""code":"unavailable","#, with: "")
    #expect(text != written(one))
    #expect(try read(text, as: one) == one)
  }

  @Test("A code that nobody knows is refused by its name")
  func unknown() throws {
    let one = rental(.init(.unavailable, "broken", "no disk"))
    let text = written(one).replacing(#""code":"unavailable""#, with: #""code":"tired""#)
    #expect { try read(text, as: one) } throws: {
      ($0 as? Failure)?.message.contains("code") == true
    }
  }
}
