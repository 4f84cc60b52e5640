import Testing

@testable import OrienHTTP

@Suite("Router")
struct RouterTests {
  private func matched(_ router: Router<String>, _ method: HTTPMethod, _ path: String) -> String {
    switch router.match(method, HTTPPath(path)) {
    case .found(let route, let parameters):
      ([route.payload] + route.parameterNames.map { $0 + "=" + parameters[$0] })
        .joined(separator: " ")
    case .methodNotAllowed(let allow): "405 " + allow
    case .notFound: "404"
    }
  }

  private var router: Router<String> {
    var router = Router<String>()
    for (method, template) in [
      (HTTPMethod.get, "/"), (.get, "/tools"), (.get, "/tools/{id}"), (.post, "/tools"),
      (.get, "/tools/{id}/example"), (.delete, "/tools/all"), (.get, "/a/{x}/c"),
      (.get, "/a/b/d"), (.get, "/s/{id}/files"), (.put, "/s/{id}/files/{path...}"),
      (.get, "/s/{id}/files/{path...}"), (.get, "/s/{id}/files/index"),
    ] {
      router.add(method, template, template)
    }
    return router
  }

  @Test(
    "A path finds its route as it stands",
    arguments: [
      (HTTPMethod.get, "/", "/"), (.get, "/tools", "/tools"), (.head, "/tools", "/tools"),
      (.post, "/tools", "/tools"), (.put, "/tools", "405 GET, HEAD, POST"),
      (.get, "/tools/x", "/tools/{id} id=x"), (.get, "/tools/", "404"), (.get, "//tools", "404"),
      (.get, "/Tools", "404"), (.get, "/tool", "404"), (.get, "/toolsx", "404"),
      (.get, "/tools/x/example", "/tools/{id}/example id=x"), (.get, "/tools/x/other", "404"),
      (.delete, "/tools/all", "/tools/all"), (.get, "/tools/all", "405 DELETE"),
      (.get, "/a/b/c", "/a/{x}/c x=b"), (.get, "/a/b/d", "/a/b/d"), (.get, "/a/b", "404"),
      (.get, "/s/1/files", "/s/{id}/files id=1"), (.get, "/s/1/files/", "404"),
      (.put, "/s/1/files/a", "/s/{id}/files/{path...} id=1 path=a"),
      (.put, "/s/1/files/a/b", "/s/{id}/files/{path...} id=1 path=a/b"),
      (.put, "/s/1/files/a/", "404"), (.put, "/s/1/files//a", "404"),
      (.get, "/s/1/files/index", "/s/{id}/files/index id=1"),
      (.get, "/s/1/files/index/x", "/s/{id}/files/{path...} id=1 path=index/x"),
      (.get, "", "404"), (.options, "*", "404"),
    ])
  func paths(_ method: HTTPMethod, _ path: String, _ expected: String) {
    #expect(matched(router, method, path) == expected)
  }

  @Test("Every route is listed as it was added")
  func listed() {
    #expect(router.routes.count == 12)
    #expect(router.routes[9].template == "/s/{id}/files/{path...}")
    #expect(router.routes[9].parameterNames == ["id", "path"])
    #expect(router.routes[9].method == .put)
  }

  @Test("A route that is there already is a bug of the program")
  func twice() async {
    await #expect(processExitsWith: .failure) {
      var router = Router<Int>()
      router.add(.get, "/tools/{id}", 1)
      router.add(.get, "/tools/{name}", 2)
    }
  }
}
