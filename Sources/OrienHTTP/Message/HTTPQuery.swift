/// The part of a target after `?`, as `name=value` pairs in the order they came, percent-decoded
/// once with `+` as a space. Whoever forbids repeated names asks for `values`.
package struct HTTPQuery: Sendable {
  package private(set) var pairs: [(name: String, value: String)] = []

  package var isEmpty: Bool { pairs.isEmpty }

  /// The first value of `name`.
  package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  package func values(_ name: String) -> [String] {
    pairs.filter { $0.name == name }.map(\.value)
  }

  /// Reads what the parser has checked already: every `%` is followed by two digits, and what they
  /// spell is text.
  init(_ bytes: ArraySlice<UInt8>) {
    for pair in bytes.split(separator: UInt8(ascii: "&")) {
      let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      pairs.append(
        (Self.decoded(pair[..<equals]), Self.decoded(pair[equals...].dropFirst())))
    }
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    let spaced = bytes.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
    let plain = (try? PercentDecoding.text(spaced.span)) ?? []
    return String(decoding: plain, as: UTF8.self)
  }
}
