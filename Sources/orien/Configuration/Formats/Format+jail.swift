import OrienModel
import OrienSandbox

extension Format where Value == RequiredLimit {
  static let requiredLimit = Format(
    expected: RequiredLimit.allCases.map(\.rawValue).joined(separator: ", "),
    parse: { RequiredLimit(rawValue: $0) }, show: \.rawValue)
}

extension Format where Value == UInt32? {
  /// `FIRST`, or `FIRST-LAST`; nil is `auto`. Below are users that a distribution or a person has.
  static let users = Format(
    expected: "auto, or FIRST or FIRST-LAST: \(SlotUsers.count) users from 65536 on"
  ) { text in
    guard text != "auto" else { return .some(nil) }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt32($0) }
    guard (1...2).contains(ends.count), let first = ends[0], first >= 65536,
      first <= UInt32(Int32.max) - SlotUsers.count + 1
    else { return nil }
    if ends.count == 2 {
      guard let last = ends[1], last <= UInt32(Int32.max), last >= first + SlotUsers.count - 1
      else { return nil }
    }
    return first
  } show: {
    $0.map { "\($0)-\($0 + SlotUsers.count - 1)" } ?? "auto"
  }
}

extension Format where Value == JailGrants.Share {
  /// As the jail takes them: absolute, by the one way to it.
  static let share = Format(expected: "PATH or PATH:AT, both absolute") { text in
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), parts.allSatisfy(isPlain) else { return nil }
    return JailGrants.Share(path: parts[0], place: parts.last ?? parts[0])
  } show: {
    $0.path == $0.place ? $0.path : "\($0.path):\($0.place)"
  }

  private static func isPlain(_ path: String) -> Bool {
    let names = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    return path.hasPrefix("/") && !path.hasSuffix(".")
      && names.allSatisfy { !["", ".", ".."].contains($0) }
  }
}
