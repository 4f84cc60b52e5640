/// Which handler answers which path, and the table of all that are.
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

  private var tree = RouteTree()
  /// All routes in the order they were added.
  package private(set) var routes: [Route] = []

  package init() {}

  /// Adds a route. A template that is none, or that is there already, traps.
  package mutating func add(_ method: HTTPMethod, _ template: String, _ payload: Payload) {
    let names = tree.add(template, method, route: routes.count)
    routes.append(
      Route(method: method, template: template, payload: payload, parameterNames: names))
  }

  package func match(_ method: HTTPMethod, _ path: HTTPPath) -> Match {
    guard let found = tree.find(path) else { return .notFound }
    let table = tree.tables[found.table]
    guard let index = table.route(for: method) else {
      return .methodNotAllowed(allow: table.allow)
    }
    let route = routes[index]
    return .found(
      route, RouteParameters(names: route.parameterNames, path: path, ranges: found.ranges))
  }
}
