extension String {
  /// Throws `invalid` where the text has a NUL: C would take it for another text, which ends there.
  func checkCrossing(as what: @autoclosure () -> String) throws(Failure) {
    if utf8.contains(0) {
      throw Failure(.invalid, "\(what()) has a NUL, at which the node would end it")
    }
  }

  /// The text with U+FFFD for each NUL, so that none of it is lost: for what people read.
  var crossingWhole: String {
    guard utf8.contains(0) else { return self }
    return String(UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
  }
}
