import OrienModel

/// A method of `/rpc`: what it takes, and what answers it. Calls and `rpc.discover` are made of the
/// same table.
struct RPCMethod: Sendable {
  let name: String
  let summary: String
  let parameters: [Parameter]
  let run:
    @Sendable (API, Caller, RPCParameters, @escaping (Result<JSON, RPCError>) -> Void)
      throws(RPCError) -> Void

  struct Parameter: Sendable {
    var name: String
    var type: String
    var isRequired: Bool
    var summary: String

    init(_ name: String, _ type: String, isRequired: Bool = false, _ summary: String) {
      self.name = name
      self.type = type
      self.isRequired = isRequired
      self.summary = summary
    }
  }

  static let all: [RPCMethod] = [discover, pythonExecute, dockerExecute]

  private static let discover: RPCMethod = RPCMethod(
    name: "rpc.discover", summary: "The methods that there are.", parameters: []
  ) { _, _, _, answer in
    answer(.success(listing))
  }

  private static var listing: JSON {
    .object([JSON.Member("methods", .array(all.map { $0.listing }))])
  }

  private var listing: JSON {
    let params = parameters.map { parameter in
      JSON.object([
        JSON.Member("name", .string(parameter.name)),
        JSON.Member("required", .bool(parameter.isRequired)),
        JSON.Member("summary", .string(parameter.summary)),
        JSON.Member("schema", .object([JSON.Member("type", .string(parameter.type))])),
      ])
    }
    return .object([
      JSON.Member("name", .string(name)), JSON.Member("summary", .string(summary)),
      JSON.Member("params", .array(params)),
    ])
  }
}
