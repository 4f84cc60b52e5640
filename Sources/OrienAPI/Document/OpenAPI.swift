import OrienHTTP
import OrienModel

/// The OpenAPI 3.1 document, made of the table of endpoints, so that it cannot say another thing
/// than the router does.
enum OpenAPI {
  static func document(version: String) -> [UInt8] {
    var writer = JSONWriter(reservingBytes: 32 << 10)
    writer.object { writer in
      writer.field("openapi", "3.1.0")
      writer.object("info") { writer in
        writer.field("title", "Orien node")
        writer.field("version", version)
        writer.field(
          "description", "Runs tools on this machine, one metered execution at a time.")
        writer.object("license") { writer in
          writer.field("name", "Apache-2.0")
          writer.field("identifier", "Apache-2.0")
        }
      }
      writer.array("security") { writer in
        writer.object { writer in writer.array("key") { _ in } }
        writer.object { _ in }
      }
      writer.object("paths") { writer in writer.writePaths() }
      writer.object("components") { writer in
        writer.object("securitySchemes") { writer in
          writer.object("key") { writer in
            writer.field("type", "http")
            writer.field("scheme", "bearer")
            writer.field("description", "Needed as soon as the node has a key.")
          }
        }
        writer.name("schemas")
        writer.write(raw: allSchemas)
      }
    }
    return writer.bytes
  }

  static var allSchemas: String {
    "{" + machineSchemas + paymentSchemas + collectionSchemas + sandboxSchemas + sessionSchemas
      + schemas.dropFirst()
  }

  /// The template as the document writes it: a rest of a path is one parameter there too.
  fileprivate static func path(_ template: String) -> String {
    template.hasSuffix("...}") ? template.dropLast(4) + "}" : template
  }

  fileprivate static func parameters(of template: String) -> [String] {
    template.split(separator: "/").filter { $0.first == "{" }.map { segment in
      String(segment.dropFirst().prefix { $0 != "}" && $0 != "." })
    }
  }
}

extension JSONWriter {
  fileprivate mutating func writePaths() {
    var templates: [String] = []
    for endpoint in Endpoint.all where !templates.contains(endpoint.template) {
      templates.append(endpoint.template)
    }
    for template in templates {
      object(OpenAPI.path(template)) { writer in
        for endpoint in Endpoint.all where endpoint.template == template {
          writer.writeOperation(endpoint)
        }
      }
    }
  }

  private mutating func writeOperation(_ endpoint: Endpoint) {
    object(endpoint.method.name.lowercased()) { writer in
      writer.field("summary", endpoint.summary)
      writer.field("operationId", endpoint.operationID)
      if endpoint.isOpen { writer.array("security") { writer in writer.object { _ in } } }
      writer.array("parameters") { writer in
        for name in OpenAPI.parameters(of: endpoint.template) {
          writer.writeParameter(name, in: "path", schema: Self.schema(ofParameter: name))
        }
        for query in endpoint.query {
          writer.writeParameter(query.name, in: "query", query.summary, schema: query.schema)
        }
        for header in endpoint.headers {
          writer.writeParameter(header.name, in: "header", header.summary, schema: header.schema)
        }
      }
      writer.writeBody(endpoint.body)
      writer.object("responses") { writer in
        for answer in endpoint.answers {
          writer.writeAnswer(answer, links: endpoint.method == .post && answer.namesExecution)
        }
        writer.object("default") { writer in
          writer.field("description", "Any other error")
          writer.writeContent("application/problem+json", schema: "Problem")
        }
      }
    }
  }

  private mutating func writeParameter(
    _ name: String, in place: String, _ summary: String? = nil, schema: String
  ) {
    object { writer in
      writer.field("name", name)
      writer.field("in", place)
      writer.field("description", summary)
      if place == "path" { writer.field("required", true) }
      writer.name("schema")
      writer.write(raw: schema)
    }
  }

  private mutating func writeBody(_ body: Endpoint.Body?) {
    switch body {
    case nil: break
    case .json(let schema):
      object("requestBody") { writer in
        writer.field("required", true)
        writer.writeContent("application/json", schema: schema)
      }
    case .bytes:
      object("requestBody") { writer in
        writer.writeContent("application/octet-stream", schema: nil)
      }
    }
  }

  /// `links`: to what can be asked of the execution that it names.
  private mutating func writeAnswer(_ answer: Endpoint.Answer, links: Bool) {
    object(String(answer.status.rawValue)) { writer in
      writer.field("description", answer.summary)
      if let type = answer.type { writer.writeContent(type, schema: answer.schema) }
      guard links else { return }
      writer.object("links") { writer in
        for other in Endpoint.all where OpenAPI.parameters(of: other.template) == ["executionId"] {
          writer.object(other.operationID) { writer in
            writer.field("operationId", other.operationID)
            writer.object("parameters") { writer in
              writer.field("executionId", "$response.body#/executionId")
            }
          }
        }
      }
    }
  }

  private mutating func writeContent(_ type: String, schema: String?) {
    object("content") { writer in
      writer.object(type) { writer in
        guard let schema else { return }
        writer.object("schema") { writer in
          writer.field("$ref", "#/components/schemas/" + schema)
        }
      }
    }
  }

  private static func schema(ofParameter name: String) -> String {
    switch name {
    case "sessionId": ##"{"$ref":"#/components/schemas/SessionID"}"##
    case "executionId": ##"{"$ref":"#/components/schemas/ExecutionID"}"##
    case "toolId": ##"{"$ref":"#/components/schemas/ToolID"}"##
    default: ##"{"$ref":"#/components/schemas/FilePath"}"##
    }
  }
}

extension Endpoint.Answer {
  fileprivate var namesExecution: Bool { schema == "Accepted" || schema == "Execution" }
}

extension Endpoint {
  /// `getExecutionsOutput`: the method, and the words of its path that are no parameters.
  fileprivate var operationID: String {
    let words = template.split(separator: "/").map { segment -> String in
      let word = segment.filter { $0 != "{" && $0 != "}" && $0 != "." }
      return word.prefix(1).uppercased() + word.dropFirst()
    }
    return method.name.lowercased() + (words.isEmpty ? "Root" : words.joined())
  }

  /// Header fields that it reads beside those of every request.
  fileprivate var headers: [Query] {
    switch template {
    case "/execute":
      [
        Query(
          name: "Idempotency-Key", summary: "The same key and body are the same execution",
          schema: #"{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"}"#),
        Query(
          name: "Prefer", summary: "wait=SECONDS, as the query parameter",
          schema: #"{"type":"string"}"#),
      ]
    case "/executions/{executionId}/events":
      [
        Query(
          name: "Last-Event-ID", summary: "Go on behind this event",
          schema: #"{"type":"string","pattern":"^([0-9]{1,18}-[0-9]{1,18}-[0-9]{1,18}-[a-z]*)?$"}"#)
      ]
    case "/events":
      [
        Query(
          name: "Last-Event-ID", summary: "Go on behind this event",
          schema: #"{"type":"string","pattern":"^([0-9a-f]{16}-[0-9]{1,18})?$"}"#)
      ]
    case "/tools", "/plugins":
      [
        Query(
          name: "If-None-Match", summary: "The ETag of what the client has",
          schema: #"{"type":"string"}"#)
      ]
    default: []
    }
  }
}
