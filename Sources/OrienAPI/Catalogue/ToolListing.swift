import OrienHTTP
import OrienKernel
import OrienModel
import OrienSystem

/// How a list of tools is wanted: in whose words, and of which tools.
struct ToolListing: Equatable {
  /// Whose types read it. Each of these but ORIEN's has the member `tools` of that framework's
  /// requests or answers, or JSON Schema's documents by the tools' ids.
  enum Format: String, CaseIterable {
    case orien, openai, anthropic, mcp, jsonschema
  }

  var format = Format.orien
  /// For models that are held to a schema word by word.
  var isStrict = false
  /// Also tools that cannot be called now, where the format cannot say so.
  var isOfAll = false

  init() {}

  init(_ inquiry: Inquiry) throws(Failure) {
    guard !inquiry.request.query.isEmpty else { return }
    try inquiry.allowQuery("format", "strict", "all")
    if let text = try inquiry.single("format") {
      let names = Format.allCases.map(\.rawValue)
      guard let format = Format(rawValue: text) else {
        throw Failure(
          .invalid, "invalid-query",
          "format: expected one of \(names.joined(separator: ", "))"
            + Nearest.hint(for: text, among: names),
          faults: [.init("/format", "is no format")])
      }
      self.format = format
    }
    isOfAll = try inquiry.flag("all")
    isStrict = try inquiry.flag("strict")
    guard !isStrict || format == .openai else {
      throw Failure(
        .invalid, "invalid-query", "strict: format=openai alone has it",
        faults: [.init("/strict", "is of no use in this format")])
    }
  }

  static let query = [
    Endpoint.Query(
      name: "format", summary: "Whose types read it; orien's show how each tool is",
      schema: #"{"enum":["orien","openai","anthropic","mcp","jsonschema"],"default":"orien"}"#),
    Endpoint.Query(
      name: "strict", summary: "With openai: schemas to which a model is held word by word",
      schema: Endpoint.Query.flag),
    Endpoint.Query(
      name: "all", summary: "Also tools that cannot be called now; orien's list has them anyway",
      schema: Endpoint.Query.flag),
  ]
}

/// The answers to `GET /tools`, each rendered once and sent often: anew once a second, by which time
/// a tool may have become unavailable, and after news of the catalogue, so that who has heard them is
/// told no older state. Belongs to the loop.
struct ToolLists {
  /// One for each listing that somebody asked for: too few to be hashed.
  private var rendered: [Rendered] = []

  private struct Rendered {
    var listing: ToolListing
    var answer: TaggedAnswer
    var until: Instant
    /// How much was told by then.
    var news: Int
  }

  mutating func answer(
    to listing: ToolListing, of kernel: Kernel, after news: Int, at now: Instant
  ) -> TaggedAnswer {
    let place = rendered.firstIndex { $0.listing == listing }
    if let place, now < rendered[place].until, rendered[place].news == news {
      return rendered[place].answer
    }
    var writer = JSONWriter(reservingBytes: 8192)
    writer.writeTools(of: kernel, listing)
    let answer = TaggedAnswer(json: writer.bytes)
    let fresh = Rendered(listing: listing, answer: answer, until: now + .seconds(1), news: news)
    if let place { rendered[place] = fresh } else { rendered.append(fresh) }
    return answer
  }
}
