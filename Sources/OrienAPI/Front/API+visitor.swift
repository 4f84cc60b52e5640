import OrienHTTP
import OrienLedger
import OrienModel
import OrienNode
import OrienSystem

// Who asks: whoever has a key and, of machines, whoever else the operator lets rent them.

extension API {
  func visitor(
    of request: HTTPRequest, _ endpoint: Endpoint
  ) throws(Failure) -> Access.Visitor {
    if endpoint.isOfMachines, let machines, !access.keys.isEmpty,
      let caller = renter(request, endpoint, machines)
    {
      return Access.Visitor(caller: caller, key: nil)
    }
    return try access.visitor(of: request, isOpen: endpoint.isOpen)
  }

  /// One without a key of the node's; nil where a key is needed.
  private func renter(
    _ request: HTTPRequest, _ endpoint: Endpoint, _ machines: MachineService
  ) -> Caller? {
    switch machines.settings.access {
    case .key: return nil
    case .open:
      guard request.header("authorization") == nil else { return nil }
      let client = proxies.client(of: request)
      return machines.settings.openTo.contains { $0.contains(client) } ? .requestor : nil
    case .stream:
      if request.header("authorization") == nil { return endpoint.isOfNobody ? .payer : nil }
      guard let credentials = request.headerBytes("authorization"),
        let token = Access.bearer(credentials),
        token.starts(with: MachineToken.beginning.utf8),
        let rental = machines.rentals?.find(token: MachineToken.print(of: token))
      else { return nil }
      return Caller(owner: rental.owner, isOperator: false, machine: rental.id)
    }
  }
}

extension Endpoint {
  /// What whoever pays by a stream may ask before there is anything of theirs: who rents, and to rent.
  fileprivate var isOfNobody: Bool {
    template == "/api/v1/provider/info" || template == "/api/v1/vms" && method == .post
  }
}

extension Caller {
  /// Whoever rents machines without a key, where the operator lets these networks.
  fileprivate static let requestor = Caller(owner: Owner("requestor"), isOperator: false)
  /// Whose a machine is says the stream that pays for it.
  static let payer = Caller(owner: Owner("stream"), isOperator: false)
}

/// What opens one machine to whoever pays for it by a stream, who has no key of the node's.
struct MachineToken {
  static let beginning = "orienvm-"
  let text: String

  static func make() -> MachineToken {
    MachineToken(text: beginning + String(hex: Random.bytes(32)))
  }

  static func print(of bytes: some Sequence<UInt8>) -> String { Fingerprint(of: bytes).hex }

  /// What is kept of it.
  var print: String { Self.print(of: text.utf8) }
}
