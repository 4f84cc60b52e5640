import OrienSystem

/// Colour, where somebody sees it: on a terminal that has it, unless NO_COLOR is set.
struct Style: Sendable {
  let isColoured: Bool

  init(isColoured: Bool) { self.isColoured = isColoured }

  init(_ stream: StandardStream, _ environment: Environment) {
    let refuses = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    isColoured = stream.isTerminal && !refuses
  }

  static let plain = Style(isColoured: false)

  func bold(_ text: String) -> String { paint(text, 1) }
  func dim(_ text: String) -> String { paint(text, 2) }
  func red(_ text: String) -> String { paint(text, 31) }
  func green(_ text: String) -> String { paint(text, 32) }
  func yellow(_ text: String) -> String { paint(text, 33) }

  private func paint(_ text: String, _ code: Int) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  /// The text without anything that a terminal would act on: what somebody else wrote must not
  /// move the cursor, rename the window or pretend to be ours.
  var printable: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isControl { text += "\u{FFFD}" } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    switch properties.generalCategory {
    case .control, .format: true
    default: false
    }
  }
}
