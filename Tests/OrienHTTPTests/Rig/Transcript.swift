import Testing

/// What a client sends and what comes back: the status of each answer, and whether the server ends
/// the connection behind the last.
struct Transcript: Sendable, CustomTestStringConvertible {
  var title: String
  var input: [UInt8]
  var statuses: [Int]
  var ends: Bool
  /// The last answer's body, where it matters.
  var body: String?

  init(
    _ title: String, _ input: String, _ statuses: Int..., ends: Bool = false, body: String? = nil
  ) {
    self.init(title, Array(input.utf8), statuses, ends: ends, body: body)
  }

  init(_ title: String, _ input: [UInt8], _ statuses: [Int], ends: Bool, body: String? = nil) {
    self.title = title
    self.input = input
    self.statuses = statuses
    self.ends = ends
    self.body = body
  }

  var testDescription: String { title }
}
