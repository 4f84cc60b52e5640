import OrienHTTP

/// The interface as a reader's table: the same rows that the router is made of.
package enum Routes {
  package struct Row: Sendable {
    package let method: String
    package let path: String
    package let summary: String
    package let needsKey: Bool
  }

  package static var all: [Row] {
    Endpoint.all.map {
      Row(
        method: $0.method.name, path: $0.template, summary: $0.summary, needsKey: !$0.isOpen)
    }
  }
}
