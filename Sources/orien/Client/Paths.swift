import OrienHTTPClient

/// The node's URLs, as this program asks for them. Whatever stands in a name stays within its
/// segment.
enum Paths {
  static let health = "/health"
  static let tools = "/tools"
  static let execute = "/execute"
  static let run = "/run"
  static let plugins = "/plugins"
  static let reloadPlugins = "/plugins/reload"
  static let reload = "/reload"
  static let drain = "/drain"

  static let machines = "/api/v1/vms"
  static let summary = "/api/v1/summary"
  static let provider = "/api/v1/provider/info"
  /// What is known of the ports by which others come in.
  static let providerPorts = "/api/v1/provider/ports"

  static let streams = "/api/v1/payments/streams"
  static let collections = "/api/v1/payments/collections"
  static let reconciliation = "/api/v1/payments/reconciliation"

  static let news = "/events"

  static func machine(_ name: String) -> String { machines + "/" + name.percentEncoded }

  static func access(_ name: String) -> String { machine(name) + "/access" }

  static func stream(_ name: String) -> String { machine(name) + "/stream" }

  static func job(_ id: String) -> String { machines + "/jobs/" + id.percentEncoded }

  /// `query` has a value for each name that is asked for.
  static func tools(_ query: [(String, String)]) -> String {
    tools + "?" + query.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&")
  }

  static func restart(_ plugin: String) -> String { "/plugins/\(plugin.percentEncoded)/restart" }

  static func tool(_ id: String) -> String { "/tools/" + id.percentEncoded }

  static func executions(_ query: [(String, String)]) -> String {
    let text = query.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&")
    return "/executions" + (text.isEmpty ? "" : "?" + text)
  }

  static func execution(_ id: String) -> String { "/executions/" + id.percentEncoded }

  static func events(_ id: String) -> String { execution(id) + "/events" }

  static func output(_ id: String, _ stream: String, offset: UInt64, follow: Bool) -> String {
    execution(id) + "/output?stream=\(stream)&offset=\(offset)" + (follow ? "&follow=1" : "")
  }

  static func workspace(_ session: String) -> String {
    "/sessions/\(session.percentEncoded)/workspace"
  }

  /// `path` has folders of its own.
  static func file(_ session: String, _ path: String) -> String {
    let segments = path.split(separator: "/").map { String($0).percentEncoded }
    return "/sessions/\(session.percentEncoded)/files/" + segments.joined(separator: "/")
  }
}
