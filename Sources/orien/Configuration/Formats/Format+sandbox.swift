import OrienAPI
import OrienModel

extension Format where Value == UInt64 {
  /// Hundredths of one processor, written as processors.
  static let cores = Format(expected: "processors, as 1.0 or 0.5, up to 1000") { text in
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = UInt64(parts[0]), whole <= 1000 else { return nil }
    let fraction = parts.count == 2 ? parts[1] : "0"
    guard (1...2).contains(fraction.utf8.count), fraction.utf8.allSatisfy(\.isASCIIDigit),
      let hundredths = UInt64(fraction.utf8.count == 1 ? fraction + "0" : fraction)
    else { return nil }
    let percent = whole * 100 + hundredths
    return percent > 0 ? percent : nil
  } show: { percent in
    let rest = percent % 100
    return
      "\(percent / 100).\(rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")"
  }
}

extension Format where Value == [String: SandboxSettings.Language] {
  /// Languages by name, each with its file and what runs it.
  static let languages = Format(
    expected: "NAME:FILE:PROGRAM, as ruby:main.rb:ruby, or several between commas"
  ) { text in
    var languages: [String: SandboxSettings.Language] = [:]
    for entry in text.split(separator: ",") {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        .map { $0.split(separator: " ").map(String.init) }
      guard parts.count == 3, parts[0].count == 1, parts[1].count == 1, !parts[2].isEmpty,
        let file = parts[1].first, !file.hasPrefix("."), !file.utf8.contains(UInt8(ascii: "/"))
      else { return nil }
      languages[parts[0][0].lowercased()] = SandboxSettings.Language(file: file, command: parts[2])
    }
    return languages
  } show: { languages in
    languages.sorted { $0.key < $1.key }
      .map { "\($0.key):\($0.value.file):\($0.value.command.joined(separator: " "))" }
      .joined(separator: ",")
  }
}
