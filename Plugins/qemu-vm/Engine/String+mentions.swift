extension String {
  /// Whether it has these words anywhere.
  func mentions(_ words: String) -> Bool {
    var rest = utf8[...]
    while !rest.isEmpty {
      if rest.starts(with: words.utf8) { return true }
      rest.removeFirst()
    }
    return false
  }
}
