import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("The work that a captcha wants")
struct ProofOfWorkTests {
  private let later = Instant.now + .seconds(60)

  private static func work(_ text: String) throws(Failure) -> ProofOfWork {
    try ProofOfWork(try JSON(parsing: text))
  }

  /// As Python's hashlib finds them.
  @Test(
    "The smallest number is found, also where that is 0",
    arguments: [
      ("a", "4e", UInt64(0)), ("a", "00", 268), ("salt", "abcd", 36446), ("SALT", "FF", 166),
      ("é", "0f", 208),
    ])
  func smallest(_ salt: String, _ target: String, _ number: UInt64) throws {
    let work = try Self.work("[[\"\(salt)\",\"\(target)\"]]")
    let solutions = try work.solve(until: later) { _ in }
    #expect(solutions.map(\.number) == [number])
    #expect(solutions[0].json == .array([.string(salt), .string(target), .integer(Int64(number))]))
  }

  @Test("Each pair is solved, in order, and it is told how far that is")
  func order() throws {
    var told: [Int] = []
    let solutions = try Self.work(#"[["a","00"],["b","00"],["a","4e"]]"#)
      .solve(until: later) { told.append($0) }
    #expect(solutions.map(\.puzzle.salt) == ["a", "b", "a"])
    #expect(told == [0, 1, 2])
  }

  @Test(
    "PAY-23: what is no challenge, or too much of one, is refused before any work",
    arguments: [
      "[]", "{}", "7", "[[]]", #"[["a"]]"#, #"[["a","00","b"]]"#, #"[["","00"]]"#,
      #"[["a",""]]"#, #"[["a","0"]]"#, #"[["a","000"]]"#, #"[["a","zz"]]"#, #"[["a",0]]"#,
      #"[["a","0000000000"]]"#, #"[["a","00000000"]]"#,
      "[" + Array(repeating: #"["a","00"]"#, count: 129).joined(separator: ",") + "]",
      "[" + Array(repeating: #"["a","000000"]"#, count: 17).joined(separator: ",") + "]",
      "[[\"" + String(repeating: "a", count: 257) + "\",\"00\"]]",
    ])
  func refuses(_ text: String) {
    #expect(throws: Failure.self) { try Self.work(text) }
  }

  @Test("PAY-23: work ends at the deadline, however much there is left of it")
  func deadline() throws {
    let work = try Self.work(#"[["a","ffffff"]]"#)
    let failure = #expect(throws: Failure.self) { try work.solve(until: .now) { _ in } }
    #expect(failure?.reason == "captcha-slow")
  }
}
