import OrienModel
import OrienPlugins
import OrienSystem

/// How a setting's text is read, what a message says was expected, and how its value is shown.
struct Format<Value>: Sendable {
  /// Worded when somebody wants to know: most runs read settings and find nothing wrong.
  let words: @Sendable () -> String
  let parse: @Sendable (String) -> Value?
  let show: @Sendable (Value) -> String

  init(
    expected words: @autoclosure @escaping @Sendable () -> String,
    parse: @escaping @Sendable (String) -> Value?, show: @escaping @Sendable (Value) -> String
  ) {
    self.words = words
    self.parse = parse
    self.show = show
  }

  var expected: String { words() }
}

extension Format where Value == String {
  static let text = Format(expected: "a text", parse: { $0 }, show: { $0 })
  static let path = Format(expected: "a path", parse: { $0 }, show: { $0 })
}

extension Format where Value == Bool {
  static let flag = Format(expected: "1 or 0") { text in
    switch text.lowercased() {
    case "1", "true", "yes", "on": true
    case "0", "false", "no", "off": false
    default: nil
    }
  } show: {
    $0 ? "1" : "0"
  }
}

extension Format where Value: FixedWidthInteger & Sendable {
  static func whole(_ range: ClosedRange<Value>) -> Format {
    Format(expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Value(text).flatMap { range.contains($0) ? $0 : nil }
    } show: {
      String($0)
    }
  }

  /// `512M`: a number of bytes, or with K, M, G or T of 1024 to that power.
  static func bytes(_ range: ClosedRange<Value>) -> Format {
    Format(expected: "bytes, as 65536 or 512M, up to \(shown(range.upperBound))") { text in
      let power = text.last.flatMap { powers[$0.uppercased()] }
      guard let count = Value(power == nil ? text : String(text.dropLast())), count >= 0 else {
        return nil
      }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << Value(power ?? 0))
      return !overflow && range.contains(bytes) ? bytes : nil
    } show: {
      shown($0)
    }
  }

  private static var powers: [String: Int] { ["K": 10, "M": 20, "G": 30, "T": 40] }

  private static func shown(_ bytes: Value) -> String {
    for (letter, power) in powers.sorted(by: { $0.value > $1.value }) {
      let unit = Value(1) << Value(power)
      if unit > 0, bytes >= unit, bytes % unit == 0 { return "\(bytes / unit)\(letter)" }
    }
    return String(bytes)
  }
}

extension Format where Value == UInt64 {
  /// Whole seconds, kept in milliseconds.
  static let milliseconds = Format(expected: "whole seconds, up to 604800") { text in
    UInt64(text).flatMap { (1...604_800).contains($0) ? $0 * 1000 : nil }
  } show: {
    "\($0 / 1000)"
  }
}

extension Format where Value == Duration {
  static let seconds = Format(expected: "whole seconds, up to 31536000") { text in
    Int64(text).flatMap { (1...31_536_000).contains($0) ? .seconds($0) : nil }
  } show: {
    "\($0.components.seconds)"
  }
}

extension Format {
  /// The same, or `none`.
  static func optional<Wrapped>(_ format: Format<Wrapped>) -> Format where Value == Wrapped? {
    Format(expected: format.expected + ", or none") { text in
      text == "none" ? .some(nil) : format.parse(text).map { .some($0) }
    } show: {
      $0.map(format.show) ?? "none"
    }
  }

  /// Several, between commas or blanks.
  static func list<Element>(of format: Format<Element>) -> Format where Value == [Element] {
    Format(expected: format.expected + ", or several between commas") { text in
      let parts = text.split { $0 == "," || $0 == " " }.map { format.parse(String($0)) }
      return parts.contains { $0 == nil } ? nil : parts.compactMap { $0 }
    } show: {
      $0.map(format.show).joined(separator: ",")
    }
  }

  static func choice(_ values: KeyValuePairs<String, Value>) -> Format
  where Value: Equatable & Sendable {
    let values = values.map { ($0.key, $0.value) }
    return Format(expected: values.map(\.0).joined(separator: ", ")) { text in
      values.first { $0.0 == text.lowercased() }?.1
    } show: { value in
      values.first { $0.1 == value }?.0 ?? ""
    }
  }
}

extension Format where Value == PluginTrust.Entry {
  static let pluginKey = Format(
    expected: "a public key of minisign's, or sha256:DIGITS", parse: { PluginTrust.Entry($0) },
    show: \.text)
}

extension Format where Value == [String: String] {
  /// Plugins by role.
  static let backends = Format(
    expected: "ROLE:PLUGIN, as vm/1:com.example.vm, or several between commas, each role once"
  ) { text in
    var plugins: [String: String] = [:]
    for pair in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
      let words = pair.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard words.count == 2, RolePage.isID(words[0]), !words[1].isEmpty,
        plugins.updateValue(words[1], forKey: words[0]) == nil
      else { return nil }
    }
    return plugins
  } show: { plugins in
    plugins.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
  }
}

extension Format where Value == NetworkAddress {
  static let address = Format(expected: "HOST:PORT with a numeric host, as 127.0.0.1:4000") {
    NetworkAddress($0)
  } show: {
    $0.description
  }
}

extension Format where Value == ClosedRange<UInt16> {
  static let ports = Format(expected: "a port or a range of ports, as 1024-65535") { text in
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
    guard ends.count <= 2, let first = ends[0], first > 0, let last = ends[ends.count - 1],
      first <= last
    else { return nil }
    return first...last
  } show: {
    $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
  }
}

extension Format where Value == NetworkRange {
  static let network = Format(expected: "an address or a network, as 10.0.0.0/8") {
    NetworkRange($0)
  } show: {
    $0.description
  }
}

extension Format where Value == [UInt8] {
  /// A numeric host without a port.
  static let host = Format(expected: "a numeric address, as 127.0.0.1, or localhost") { text in
    let text = text.contains(":") && !text.hasPrefix("[") ? "[\(text)]" : text
    return NetworkAddress(text + ":0")?.host
  } show: {
    NetworkAddress(host: $0, port: 0).hostText
  }
}
