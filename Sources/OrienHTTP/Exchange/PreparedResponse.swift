/// An answer rendered once and sent often: what every client gets alike. Safe to share.
package final class PreparedResponse: Sendable {
  package let status: HTTPStatus
  let head: [UInt8]
  let body: [UInt8]

  package init(_ status: HTTPStatus, _ content: HTTPContent, fields: [HTTPField] = []) {
    self.status = status
    head = ResponseHead.bytes(status, content, fields)
    body = content.bytes
  }
}
