import OrienHTTP
import OrienModel

/// Each fault of a body, as readers of FastAPI's dialects take faults apart.
struct FieldFaults: Error {
  private(set) var all: [Fault] = []

  struct Fault {
    var place: [String]
    var message: String
    var type: String
  }

  mutating func add(_ place: String..., type: String, _ message: String) {
    all.append(Fault(place: ["body"] + place, message: message, type: type))
  }

  var isEmpty: Bool { all.isEmpty }

  /// The body's object, whose members are for others to look at.
  static func object(_ body: [UInt8]) throws(FieldFaults) -> JSON {
    var faults = FieldFaults()
    guard let json = try? JSON(parsing: body) else {
      faults.add(type: "json_invalid", "JSON decode error")
      throw faults
    }
    guard json.members != nil else {
      faults.add(type: "model_attributes_type", "Input should be a valid dictionary")
      throw faults
    }
    return json
  }

  fileprivate var bytes: [UInt8] {
    let message = all.first.map { "\($0.place.joined(separator: ".")): \($0.message)" }
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("type", "urn:orien:problem:invalid-request")
      writer.field("title", HTTPStatus.unprocessableContent.phrase)
      writer.field("status", HTTPStatus.unprocessableContent.rawValue)
      writer.array("detail") { writer in
        for fault in all {
          writer.object { writer in
            writer.array("loc") { writer in for name in fault.place { writer.write(name) } }
            writer.field("msg", fault.message)
            writer.field("type", fault.type)
          }
        }
      }
      writer.field("error", message)
      writer.field("message", message)
      writer.field("code", "invalid-request")
    }
    return writer.bytes
  }
}

extension HTTPExchange {
  func refuse(_ faults: FieldFaults) {
    respond(
      .unprocessableContent, HTTPContent(type: "application/json", bytes: faults.bytes))
  }
}

extension JSON {
  var isNull: Bool { if case .null = self { true } else { false } }
}

extension Endpoint.Answer {
  /// What such faults are answered with.
  static let faultyFields = Self(
    status: .unprocessableContent, summary: "Something in the request is wrong",
    type: "application/json", schema: "ValidationProblem")
}
