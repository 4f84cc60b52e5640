import OrienHTTPClient
import OrienModel
import OrienNode
import OrienSystem

extension Format where Value == Money {
  static let money = Format(
    expected: "an amount, as 5 or 0.1, with at most eight digits behind the point",
    parse: { Money($0) }, show: \.description)

  static let percent = Format(expected: "a percentage, as 1 or 0.5, up to 1000") { text in
    Money(text).flatMap { $0.units <= 1000 * 100_000_000 ? $0 : nil }
  } show: {
    $0.description
  }
}

extension Format where Value == Int64 {
  /// How many times, kept in percent.
  static let growth = Format(expected: "how many times, as 2 or 1.5, from 1 to 10") { text in
    Money(text).flatMap { amount in
      let percent = amount.units / 1_000_000
      return (100...1000).contains(percent) ? percent : nil
    }
  } show: {
    Money(units: $0 * 1_000_000).description
  }
}

extension Format where Value == Duration {
  static func within(_ seconds: ClosedRange<Int64>) -> Format {
    Format(expected: "seconds, as 2 or 2.5, from \(seconds.lowerBound) to \(seconds.upperBound)") {
      text in
      guard let amount = Money(text) else { return nil }
      let (first, last) = (seconds.lowerBound, seconds.upperBound)
      guard amount.units >= first * 100_000_000, amount.units <= last * 100_000_000 else {
        return nil
      }
      return .milliseconds(amount.units / 100_000)
    } show: { duration in
      let milliseconds = Int64(duration.clampedNanoseconds / 1_000_000)
      return milliseconds % 1000 == 0
        ? "\(milliseconds / 1000)" : Money(units: milliseconds * 100_000).description
    }
  }
}

extension Format where Value == String? {
  static let publicHost = Format(expected: "a numeric address or a host's name, or auto") { text in
    if text == "auto" { return .some(nil) }
    let isName = text.utf8.allSatisfy {
      $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: ":")
    }
    return isName && text.utf8.count <= 253 ? .some(text) : nil
  } show: {
    $0 ?? "auto"
  }
}

extension Format where Value == [String] {
  /// Between commas or blanks, or as a list of JSON.
  static let urls = Format(
    expected: String.urlForm + ", or several between commas"
  ) { text in
    let words = text.split { ",[]\"' ".contains($0) }.map(String.init)
    return words.allSatisfy(\.isURL) ? words : nil
  } show: {
    $0.joined(separator: ",")
  }
}

extension Format where Value == [String] {
  static let tokenIDs = Format(expected: "names, as golem, at most 8, between commas") { text in
    let names = text.split { $0 == "," || $0 == " " }.map(String.init)
    let areNames = names.allSatisfy { name in
      name.utf8.count <= 64
        && name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-_.".utf8.contains($0) }
    }
    return areNames && (1...8).contains(names.count) ? names : nil
  } show: {
    $0.joined(separator: ",")
  }
}

extension String {
  fileprivate static let urlForm = "http://HOST or https://HOST"

  /// What the client outside takes.
  fileprivate var isURL: Bool { (try? HTTPRequest("GET", self).check()) != nil }
}

extension Format where Value == String {
  static let url = Format(
    expected: String.urlForm, parse: { $0.isURL ? $0 : nil }, show: { $0 })

  static let country = Format(expected: "two letters, as SE") { text in
    let isCode = text.utf8.count == 2 && text.utf8.allSatisfy(\.isASCIILetter)
    return isCode ? text.uppercased() : nil
  } show: {
    $0
  }
}

extension Format where Value == [String] {
  /// Of servers that know who asks by the rest of the address, which is not shown for that.
  static let endpoints = Format(
    expected: String.urlForm + ", or several between commas", parse: urls.parse
  ) { urls in
    urls.map { WebAddress.origin(of: $0) }.joined(separator: ",")
  }
}

extension Format where Value == PortBackend {
  static let portBackend = Format(
    expected: "auto, tcp, or the name of an engine, as nginx", parse: { PortBackend($0) },
    show: \.text)
}
