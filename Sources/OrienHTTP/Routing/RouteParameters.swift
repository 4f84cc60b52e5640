/// What a path has in the places of a template's parameters.
package struct RouteParameters {
  private let names: [String]
  private let path: HTTPPath
  private let ranges: [Range<Int>]

  init(names: [String], path: HTTPPath, ranges: [Range<Int>]) {
    self.names = names
    self.path = path
    self.ranges = ranges
  }

  /// The value of a parameter of the route's template; any other name traps.
  package subscript(name: String) -> String {
    guard let index = names.firstIndex(of: name) else {
      preconditionFailure("\(name) is no parameter of this route")
    }
    return String(decoding: path.bytes[ranges[index]], as: UTF8.self)
  }
}
