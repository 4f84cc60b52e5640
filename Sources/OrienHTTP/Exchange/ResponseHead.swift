/// Writes the heads of answers, but for their ends, which are `HeadEnds`'.
enum ResponseHead {
  static func bytes(
    _ status: HTTPStatus, _ content: HTTPContent?, _ fields: [HTTPField]
  ) -> [UInt8] {
    var head = begin(status, content?.type, fields)
    if !status.hasNoBody {
      head.append(contentsOf: "Content-Length: ".utf8)
      head.append(contentsOf: String(content?.bytes.count ?? 0).utf8)
      head.append(contentsOf: "\r\n".utf8)
    }
    return head
  }

  static func streamBytes(
    _ status: HTTPStatus, _ type: String, _ fields: [HTTPField]
  ) -> [UInt8] {
    precondition(!status.hasNoBody, "a status without a body cannot be streamed")
    return begin(status, type, fields)
  }

  private static func begin(
    _ status: HTTPStatus, _ type: String?, _ fields: [HTTPField]
  ) -> [UInt8] {
    var head: [UInt8] = []
    head.reserveCapacity(256)
    head.append(contentsOf: "HTTP/1.1 ".utf8)
    head.append(contentsOf: String(status.rawValue).utf8)
    head.append(ASCII.space)
    head.append(contentsOf: status.phrase.utf8)
    head.append(contentsOf: "\r\nX-Content-Type-Options: nosniff\r\n".utf8)
    if let type, !status.hasNoBody {
      head.append(contentsOf: "Content-Type".utf8)
      HTTPField.append(type, to: &head)
    }
    for field in fields { field.append(to: &head) }
    return head
  }
}
