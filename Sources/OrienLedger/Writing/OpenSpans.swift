/// Where the open executions lie: spans of numbers, each with how many there are. A start after a
/// crash looks through the spans that the file lists, and no further: however much was settled since
/// an execution began that still runs, and however late a low number came.
///
/// Every span with an open execution is listed from the same transaction on, so that no crash parts
/// them. One that has none left stays listed until the next one comes.
struct OpenSpans {
  /// In the order in which they were listed, so that the one asked for is mostly the last.
  private var spans: [(span: Int64, open: Int)] = []

  private static let shift: Int64 = 8

  /// The rows that a query has to look at which asks for open executions, in the order of `span,
  /// number`: the join is one whose left side SQLite never makes the inner one.
  static let rows = "open_spans CROSS JOIN executions ON \(isWithin)"

  fileprivate static let isWithin =
    "number BETWEEN span << \(shift) AND (span + 1 << \(shift)) - 1"

  /// Whether the span of a row of executions is listed.
  static let isListed = "(executions.number >> \(shift)) IN (SELECT span FROM open_spans)"

  /// Takes over a span that the file lists.
  mutating func add(_ span: Int64, open: Int) { spans.append((span, open)) }

  /// Counts an execution that is open from now on; answers its span where that has to be listed.
  mutating func noteOpened(_ number: Int64) -> Int64? {
    let span = number >> Self.shift
    if let place = place(of: span) {
      spans[place].open += 1
      return nil
    }
    spans.append((span, 1))
    return span
  }

  /// Counts one that is final from now on; false where none is open there.
  mutating func noteClosed(_ number: Int64) -> Bool {
    guard let place = place(of: number >> Self.shift), spans[place].open > 0 else { return false }
    spans[place].open -= 1
    return true
  }

  /// The listed spans that hold no open execution any more; they are to be taken out.
  mutating func takeEmpty() -> [Int64] {
    let empty = spans.filter { $0.open == 0 }.map(\.span)
    if !empty.isEmpty { spans.removeAll { $0.open == 0 } }
    return empty
  }

  private func place(of span: Int64) -> Int? { spans.lastIndex { $0.span == span } }
}

extension Database {
  /// The spans that the file lists, with the open executions that lie in them.
  func openSpans() throws(DatabaseError) -> OpenSpans {
    var spans = OpenSpans()
    try statement(
      """
      SELECT span, (SELECT count() FROM executions WHERE \(OpenSpans.isWithin) AND status < 2)
      FROM open_spans ORDER BY span
      """
    ).each { row in
      spans.add(row.integer(0), open: Int(row.integer(1)))
      return true
    }
    return spans
  }
}
