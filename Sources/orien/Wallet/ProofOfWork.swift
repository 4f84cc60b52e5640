import OrienModel
import OrienSandbox
import OrienSystem

/// What a captcha wants of whoever is no person: numbers whose hashes, each with the salt before it,
/// begin as is wanted. The server chooses how much work that is, so it is bounded here.
struct ProofOfWork {
  struct Puzzle: Sendable, Equatable {
    let salt: String
    /// Hexadecimal digits.
    let target: String
  }

  struct Solution: Sendable, Equatable {
    let puzzle: Puzzle
    /// The smallest that there is.
    let number: UInt64
  }

  let puzzles: [Puzzle]

  static let mostPuzzles = 128
  static let saltBytes = 256
  static let targetDigits = 8
  /// As many tries as can be made in about a minute; more are not begun.
  static let mostTries: UInt64 = 1 << 28
  /// So many between two looks at the clock.
  private static let tries: UInt64 = 1 << 12

  /// Takes what a server wants, or says what of it is too much.
  init(_ json: JSON) throws(Failure) {
    guard let pairs = json.array, !pairs.isEmpty, pairs.count <= Self.mostPuzzles else {
      throw Self.refusal("expected 1 to \(Self.mostPuzzles) pairs of a salt and a target")
    }
    var puzzles: [Puzzle] = []
    var expected: UInt64 = 0
    for pair in pairs {
      guard let pair = pair.array, pair.count == 2, let salt = pair[0].string,
        let target = pair[1].string, (1...Self.saltBytes).contains(salt.utf8.count),
        (2...Self.targetDigits).contains(target.utf8.count), target.utf8.count % 2 == 0,
        target.utf8.allSatisfy({ $0.hexValue != nil })
      else {
        throw Self.refusal(
          "expected a salt of at most \(Self.saltBytes) bytes and a target of 2 to"
            + " \(Self.targetDigits) hexadecimal digits, two a byte")
      }
      puzzles.append(Puzzle(salt: salt, target: target))
      expected += 1 << UInt64(4 * target.utf8.count)
    }
    guard expected <= Self.mostTries else {
      throw Self.refusal("about \(expected) tries are more than \(Self.mostTries)")
    }
    self.puzzles = puzzles
  }

  private static func refusal(_ what: String) -> Failure {
    Failure(.unavailable, "captcha-unclear", "the captcha's challenge is refused: \(what)")
  }

  /// Solves them in order and tells how far it is. Gives up at the deadline.
  func solve(
    until deadline: Instant, _ tell: (Int) -> Void
  ) throws(Failure) -> [Solution] {
    var solutions: [Solution] = []
    for puzzle in puzzles {
      tell(solutions.count)
      solutions.append(try Self.solve(puzzle, until: deadline))
    }
    return solutions
  }

  private static func solve(
    _ puzzle: Puzzle, until deadline: Instant
  ) throws(Failure) -> Solution {
    let wanted = Array(puzzle.target.utf8.compactMap(\.hexValue))
    var text = Array(puzzle.salt.utf8)
    let saltBytes = text.count
    var digest = [UInt8](repeating: 0, count: SHA256.bytes)
    var number: UInt64 = 0
    while true {
      text.removeLast(text.count - saltBytes)
      text.appendDecimal(number, digits: 1)
      SHA256.hash(text, into: &digest)
      if begins(digest, with: wanted) { return Solution(puzzle: puzzle, number: number) }
      number += 1
      guard number % tries != 0 || Instant.now < deadline else {
        throw Failure(
          .unavailable, "captcha-slow", "the captcha was not solved in time: try again")
      }
    }
  }

  /// Four bits each, the higher ones first.
  private static func begins(_ digest: [UInt8], with wanted: [UInt8]) -> Bool {
    for (place, digit) in wanted.enumerated() {
      let byte = digest[place / 2]
      guard (place % 2 == 0 ? byte >> 4 : byte & 15) == digit else { return false }
    }
    return true
  }
}

extension ProofOfWork.Solution {
  /// As the server wants it back.
  var json: JSON {
    .array([.string(puzzle.salt), .string(puzzle.target), .integer(Int64(number))])
  }
}
