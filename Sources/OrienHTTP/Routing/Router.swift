/// Which handler answers which path: a tree of segments, walked on bytes.
///
/// A template is made of literal segments, `{name}` for any one segment that is not empty, and at
/// its end perhaps `{name...}` for one or more. A literal goes before a parameter. A path is matched
/// as it stands: `//` and a trailing slash are other paths. HEAD is answered by what answers GET.
package struct Router<Payload> {
  /// One entry of the table, as it was added.
  package struct Route {
    package let method: HTTPMethod
    package let template: String
    package let payload: Payload
    /// The names of its parameters, in the order of the path.
    package let parameterNames: [String]
  }

  package enum Match {
    case found(Route, RouteParameters)
    /// The path is known, the method is not: the methods are, as the Allow field wants them.
    case methodNotAllowed(allow: String)
    case notFound
  }

  private struct Node {
    var literals: [(segment: [UInt8], node: Int)] = []
    var parameter: Int?
    /// Routes by method, and those that end in `{name...}`.
    var routes = Table()
    var restRoutes = Table()
  }

  private struct Table {
    private var entries = [Int?](repeating: nil, count: HTTPMethod.allCases.count)
    var isEmpty = true

    subscript(method: HTTPMethod) -> Int? {
      get { entries[Int(method.rawValue)] }
      set {
        entries[Int(method.rawValue)] = newValue
        isEmpty = false
      }
    }

    var allow: String {
      HTTPMethod.allCases.filter { self[$0] != nil || $0 == .head && self[.get] != nil }
        .map(\.name).joined(separator: ", ")
    }
  }

  private struct Found {
    var table: Table
    var ranges: [Range<Int>]
  }

  private var nodes = [Node()]
  /// All routes in the order they were added.
  package private(set) var routes: [Route] = []

  package init() {}

  /// Adds a route. A template that is none, or that is there already, traps.
  package mutating func add(_ method: HTTPMethod, _ template: String, _ payload: Payload) {
    precondition(template.first == "/", "\(template) does not begin with a slash")
    var node = 0
    var names: [String] = []
    var isRest = false
    for segment in template.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      precondition(!isRest, "\(template) goes on behind the rest of the path")
      guard segment.first == "{", segment.last == "}" else {
        node = child(of: node, named: Array(segment.utf8))
        continue
      }
      isRest = segment.hasSuffix("...}")
      names.append(String(segment.dropFirst().dropLast(isRest ? 4 : 1)))
      if !isRest { node = parameterChild(of: node) }
    }
    let table = isRest ? \Node.restRoutes : \Node.routes
    precondition(nodes[node][keyPath: table][method] == nil, "\(method.name) \(template) twice")
    nodes[node][keyPath: table][method] = routes.count
    routes.append(
      Route(method: method, template: template, payload: payload, parameterNames: names))
  }

  private mutating func child(of node: Int, named segment: [UInt8]) -> Int {
    if let known = nodes[node].literals.first(where: { $0.segment == segment }) {
      return known.node
    }
    nodes.append(Node())
    nodes[node].literals.append((segment, nodes.count - 1))
    return nodes.count - 1
  }

  private mutating func parameterChild(of node: Int) -> Int {
    if let known = nodes[node].parameter { return known }
    nodes.append(Node())
    nodes[node].parameter = nodes.count - 1
    return nodes.count - 1
  }

  package func match(_ method: HTTPMethod, _ path: HTTPPath) -> Match {
    let first = path.range.lowerBound
    guard !path.range.isEmpty, path.bytes[first] == UInt8(ascii: "/"),
      let found = find(path, from: first + 1, in: 0)
    else { return .notFound }
    guard let index = found.table[method] ?? (method == .head ? found.table[.get] : nil) else {
      return .methodNotAllowed(allow: found.table.allow)
    }
    let route = routes[index]
    return .found(
      route, RouteParameters(names: route.parameterNames, path: path, ranges: found.ranges))
  }

  /// The routes of the path's part that begins at `start`, and the parameters found on the way.
  private func find(_ path: HTTPPath, from start: Int, in node: Int) -> Found? {
    let end = path.segmentEnd(from: start)
    let isLast = end == path.range.upperBound
    let segment = start..<end
    for literal in nodes[node].literals where path.bytes.span.equal(segment, literal.segment) {
      if !isLast {
        if let found = find(path, from: end + 1, in: literal.node) { return found }
      } else if !nodes[literal.node].routes.isEmpty {
        return Found(table: nodes[literal.node].routes, ranges: [])
      }
    }
    guard !segment.isEmpty else { return nil }
    if let parameter = nodes[node].parameter {
      if isLast {
        if !nodes[parameter].routes.isEmpty {
          return Found(table: nodes[parameter].routes, ranges: [segment])
        }
      } else if var found = find(path, from: end + 1, in: parameter) {
        found.ranges.insert(segment, at: 0)
        return found
      }
    }
    let rest = start..<path.range.upperBound
    guard !nodes[node].restRoutes.isEmpty, path.isOfFullSegments(rest) else { return nil }
    return Found(table: nodes[node].restRoutes, ranges: [rest])
  }
}

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
