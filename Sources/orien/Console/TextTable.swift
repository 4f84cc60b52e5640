/// Rows of cells under headings, each column as wide as its widest cell.
struct TextTable {
  private var rows: [[String]]

  init(_ headings: String...) { rows = [headings] }

  /// Cells of other people's making lose what a terminal would act on.
  mutating func add(_ cells: String...) { rows.append(cells.map(\.printable)) }

  func text(_ style: Style) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.enumerated().map { index, row in
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
      return (index == 0 ? style.bold(line) : line) + "\n"
    }.joined()
  }
}
