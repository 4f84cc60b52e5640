import OrienHTTP
import OrienSandbox

/// JSON that a client may keep and ask for anew: with a tag that stands for its bytes, so that who
/// has them is only told that nothing has changed.
struct TaggedAnswer {
  private let tag: EntityTag
  private let whole: PreparedResponse
  private let unchanged: PreparedResponse

  init(json: [UInt8]) {
    var hash = SHA256()
    hash.update(json)
    // Half of it tells contents apart as well, and is sent with every question.
    tag = EntityTag(String(hash.finish().prefix(32)))
    // It may be kept, and is asked for each time.
    let fields = [HTTPField("ETag", tag.text), HTTPField("Cache-Control", "no-cache")]
    let type = "application/json"
    whole = PreparedResponse(.ok, HTTPContent(type: type, bytes: json), fields: fields)
    unchanged = PreparedResponse(
      .notModified, HTTPContent(type: type, bytes: []), fields: fields)
  }

  func response(to request: HTTPRequest) -> PreparedResponse {
    request.header("if-none-match").map(tag.isNamed) == true ? unchanged : whole
  }
}
