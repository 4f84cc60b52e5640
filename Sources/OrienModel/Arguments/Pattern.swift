internal import CRE2

/// A regular expression of a rule, compiled once and searched from any thread, in time linear in
/// the text whatever the expression is (RE2).
///
/// A search finds it anywhere in the text, as JSON Schema's `pattern` does: `^` and `$` are for
/// its author to write. `$` is the end alone, not the line break before it.
package final class Pattern: @unchecked Sendable {
  package let source: String
  private let compiled: OpaquePointer

  /// The longest text that is searched: with the bound on a pattern's steps it bounds the time.
  package static let textBytes = 64 << 10
  private static let programBytes = 1 << 20

  /// Refuses what is no pattern, what is too large, and what linear time cannot give, as
  /// back-references.
  package init(_ source: String) throws(Failure) {
    let errorSize = 200
    var text = source
    let result: Result<OpaquePointer, Failure> = text.withUTF8 { text in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: errorSize) { error in
        text.withMemoryRebound(to: CChar.self) { text in
          let compiled = cre2_compile(
            text.baseAddress, text.count, Self.programBytes, error.baseAddress, errorSize)
          if let compiled { return .success(compiled) }
          let why = String(cString: error.baseAddress!)
          return .failure(Failure(.invalid, "pattern", "pattern \(source.quoted): \(why)"))
        }
      }
    }
    self.source = source
    compiled = try result.get()
  }

  deinit { cre2_free(compiled) }

  /// `text` has `textBytes` at most.
  package func isFound(in text: String) -> Bool { matches(text, cre2_search) }

  /// Whether it describes all of `text`, which has `textBytes` at most.
  package func isWhole(_ text: String) -> Bool { matches(text, cre2_match) }

  private func matches(
    _ text: String, _ search: (OpaquePointer?, UnsafePointer<CChar>?, Int) -> Bool
  ) -> Bool {
    precondition(text.utf8.count <= Self.textBytes, "a text too long to be searched")
    var text = text
    return text.withUTF8 { text in
      text.withMemoryRebound(to: CChar.self) { search(compiled, $0.baseAddress, $0.count) }
    }
  }
}
