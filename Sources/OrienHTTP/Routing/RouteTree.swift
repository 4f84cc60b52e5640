/// The templates of a router, as a tree of segments that is walked on bytes and without a single
/// allocation where there are no parameters.
struct RouteTree {
  /// What stands at the end of a path: for each method, which route answers it.
  struct Table {
    private var routes = [Int?](repeating: nil, count: HTTPMethod.allCases.count)

    subscript(method: HTTPMethod) -> Int? {
      get { routes[Int(method.rawValue)] }
      set { routes[Int(method.rawValue)] = newValue }
    }

    /// HEAD is answered by what answers GET.
    func route(for method: HTTPMethod) -> Int? {
      self[method] ?? (method == .head ? self[.get] : nil)
    }

    var allow: String {
      HTTPMethod.allCases.filter { route(for: $0) != nil }.map(\.name).joined(separator: ", ")
    }
  }

  /// Children are a chain of siblings, so that a node holds nothing that is counted.
  private struct Node {
    /// Where its literal is in `text`.
    var segment = 0..<0
    var firstChild: Int?
    var nextSibling: Int?
    var parameter: Int?
    var table: Int?
    /// The table of `{name...}` here.
    var restTable: Int?
  }

  struct Found {
    var table: Int
    /// Where the parameters' values are in the path.
    var ranges: [Range<Int>] = []
  }

  private var nodes = [Node()]
  private var text: [UInt8] = []
  private(set) var tables: [Table] = []

  /// Adds a template and gives back the names of its parameters.
  mutating func add(_ template: String, _ method: HTTPMethod, route: Int) -> [String] {
    precondition(template.first == "/", "\(template) does not begin with a slash")
    var node = 0
    var names: [String] = []
    var isRest = false
    for segment in template.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      precondition(!isRest, "\(template) goes on behind the rest of the path")
      guard segment.first == "{", segment.last == "}" else {
        node = child(of: node, Array(segment.utf8))
        continue
      }
      isRest = segment.hasSuffix("...}")
      names.append(String(segment.dropFirst().dropLast(isRest ? 4 : 1)))
      if !isRest { node = parameterChild(of: node) }
    }
    let table = table(at: isRest ? \.restTable : \.table, of: node)
    precondition(tables[table][method] == nil, "\(method.name) \(template) is there twice")
    tables[table][method] = route
    return names
  }

  private mutating func child(of node: Int, _ segment: [UInt8]) -> Int {
    var next = nodes[node].firstChild
    while let child = next {
      if text.span.equal(nodes[child].segment, segment) { return child }
      next = nodes[child].nextSibling
    }
    var child = Node()
    child.segment = text.count..<text.count + segment.count
    child.nextSibling = nodes[node].firstChild
    text += segment
    nodes.append(child)
    nodes[node].firstChild = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func parameterChild(of node: Int) -> Int {
    if let known = nodes[node].parameter { return known }
    nodes.append(Node())
    nodes[node].parameter = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func table(at place: WritableKeyPath<Node, Int?>, of node: Int) -> Int {
    if let known = nodes[node][keyPath: place] { return known }
    tables.append(Table())
    nodes[node][keyPath: place] = tables.count - 1
    return tables.count - 1
  }

  func find(_ path: HTTPPath) -> Found? {
    let first = path.range.lowerBound
    guard !path.range.isEmpty, path.bytes[first] == UInt8(ascii: "/") else { return nil }
    return find(path, from: first + 1, in: 0)
  }

  /// Follows the part of the path that begins at `start`; where a literal leads nowhere, goes back
  /// and tries the parameter.
  private func find(_ path: HTTPPath, from start: Int, in node: Int) -> Found? {
    let segment = start..<path.segmentEnd(from: start)
    var next = nodes[node].firstChild
    while let child = next {
      if isEqual(path, segment, nodes[child].segment),
        let found = follow(path, behind: segment, to: child)
      {
        return found
      }
      next = nodes[child].nextSibling
    }
    guard !segment.isEmpty else { return nil }
    if let parameter = nodes[node].parameter,
      var found = follow(path, behind: segment, to: parameter)
    {
      found.ranges.insert(segment, at: 0)
      return found
    }
    let rest = start..<path.range.upperBound
    guard let table = nodes[node].restTable, path.isOfFullSegments(rest) else { return nil }
    return Found(table: table, ranges: [rest])
  }

  private func follow(_ path: HTTPPath, behind segment: Range<Int>, to node: Int) -> Found? {
    guard segment.upperBound == path.range.upperBound else {
      return find(path, from: segment.upperBound + 1, in: node)
    }
    return nodes[node].table.map { Found(table: $0) }
  }

  private func isEqual(_ path: HTTPPath, _ segment: Range<Int>, _ literal: Range<Int>) -> Bool {
    guard segment.count == literal.count else { return false }
    for index in 0..<segment.count
    where path.bytes[segment.lowerBound + index] != text[literal.lowerBound + index] {
      return false
    }
    return true
  }
}
