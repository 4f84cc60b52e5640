/// A body and its media type.
package struct HTTPContent: Sendable {
  package var type: String
  package var bytes: [UInt8]

  package init(type: String, bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
  }

  package static func text(_ text: String) -> HTTPContent {
    HTTPContent(type: "text/plain; charset=utf-8", bytes: Array(text.utf8))
  }
}
