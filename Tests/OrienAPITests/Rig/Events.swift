import Foundation
import OrienModel

/// One server-sent event as a client reads it.
struct Event: Equatable {
  var id: String
  var name: String
  var data: String

  /// The whole events of an answer's body, comments passed over.
  static func all(in body: String) -> [Event] {
    body.components(separatedBy: "\n\n").dropLast().compactMap { block in
      var event = Event(id: "", name: "", data: "")
      for line in block.split(separator: "\n") where !line.hasPrefix(":") {
        let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
        let value = parts.count > 1 ? String(parts[1].dropFirst()) : ""
        switch parts[0] {
        case "id": event.id = value
        case "event": event.name = value
        case "data": event.data += value
        default: return nil
        }
      }
      return event.name.isEmpty ? nil : event
    }
  }

  var json: JSON { (try? JSON(parsing: data)) ?? .null }

  /// What the events carry of a stream, put together.
  static func text(_ events: [Event], _ name: String) -> String {
    events.filter { $0.name == name }.compactMap { $0.json["text"]?.string }.joined()
  }
}
