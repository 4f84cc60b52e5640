/// The place of a value inside a document (RFC 6901), as errors name it: `/args/times`.
package struct JSONPointer: Sendable, Equatable, CustomStringConvertible {
  package private(set) var description = ""

  /// The whole document.
  package init() {}

  package func appending(_ name: String) -> JSONPointer {
    var result = self
    result.description.append("/")
    for scalar in name.unicodeScalars {
      switch scalar {
      case "~": result.description.append("~0")
      case "/": result.description.append("~1")
      default: result.description.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  package func appending(_ index: Int) -> JSONPointer { appending(String(index)) }
}
