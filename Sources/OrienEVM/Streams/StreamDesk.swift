internal import OrienModel
internal import OrienSystem
internal import Synchronization

/// What a plugin serves payments by streams with: reads streams, and signs and sends what collects
/// them. It never says of a stream that which it could not read. Any thread may use it.
///
/// It fails with failures of the model, which a plugin does not link: `told` says what they are.
package final class StreamDesk: @unchecked Sendable {
  let terms: StreamTerms
  /// Who is paid.
  let recipient: Address
  /// The recipient's; nil where this can only read.
  let key: SigningKey?
  private let settings: StreamSettings
  private let state: Mutex<State>

  /// What is known of the chain so far, and the clients that nobody uses just now.
  struct State: ~Copyable {
    var idle: [Idle] = []
    var watch: HeadWatch
    /// Of the contract, which has one for good.
    var version: UInt256?
    /// There are contracts where there should be.
    var areContractsThere = false
  }

  /// One that nobody uses, so that whoever takes it is its only thread.
  struct Idle: @unchecked Sendable {
    let client: ChainClient
  }

  /// Reads the key where there is one. Fails where the settings do not make sense together; nothing
  /// is asked of the chain.
  package init(_ settings: StreamSettings) throws {
    self.settings = settings
    terms = try StreamTerms(settings)
    key = try Self.key(settings)
    let named =
      settings.recipient.isEmpty ? nil : try Address(parsing: settings.recipient)
    if let named, let key, named != key.address {
      throw Failure(
        .unavailable, "payments-settings",
        "recipient: \(named) is not the address of the key, \(key.address)")
    }
    guard let recipient = named ?? key?.address, !recipient.isZero else {
      throw Failure(
        .unavailable, "no-wallet",
        "nobody is paid: make a key by `orien wallet new`, or name a recipient")
    }
    self.recipient = recipient
    state = Mutex(
      State(watch: HeadWatch(slack: terms.confirmations, skewSeconds: terms.skewSeconds)))
    try checkEndpoints()
  }

  private static func key(_ settings: StreamSettings) throws(Failure) -> SigningKey? {
    guard !settings.keyFile.isEmpty, HostFile.kind(at: settings.keyFile) != nil else {
      guard settings.keyFile.isEmpty || !settings.recipient.isEmpty else {
        throw Failure(
          .unavailable, "no-wallet",
          "\(settings.keyFile): there is no key; make one by `orien wallet new`, or name a recipient"
        )
      }
      return nil
    }
    var password: [UInt8]?
    if !settings.passwordFile.isEmpty { password = try KeyFile.password(settings.passwordFile) }
    defer { password?.wipe() }
    return try KeyFile.read(settings.keyFile, password: password)
  }

  private func checkEndpoints() throws(Failure) { giveBack(try client()) }

  private func client() throws(Failure) -> ChainClient {
    if let idle = state.withLock({ $0.idle.popLast() }) { return idle.client }
    var bounds = RPCEndpoint.Bounds()
    bounds.totalMilliseconds = settings.patienceMilliseconds
    bounds.connectMilliseconds = min(bounds.connectMilliseconds, settings.patienceMilliseconds)
    // Beside the question which chain it is.
    bounds.batchCalls = max(1, settings.batch - 1)
    var endpoints: [RPCEndpoint] = []
    for url in terms.urls {
      endpoints.append(try RPCEndpoint(url, bounds: bounds, proxy: settings.proxy))
    }
    return ChainClient(
      try Endpoints(
        endpoints, chainID: terms.chain,
        policy: terms.quorum > 1 ? .quorum(terms.quorum) : .failover))
  }

  private func giveBack(_ client: ChainClient) {
    let idle = Idle(client: client)
    state.withLock { $0.idle.append(idle) }
  }

  /// As many calls as a request has beside the chain's and the block's.
  var streamsInRequest: Int { max(1, settings.batch - 2) }
}

// MARK: Asking

extension StreamDesk {
  /// Lends a client for one operation, which has so much time for all that it asks. Whatever is wrong
  /// with the chain is `unavailable`, with what each endpoint said.
  func asking<Value>(
    within patience: Duration, _ body: (ChainClient) throws -> Value
  ) throws(Failure) -> Value {
    let client = try client()
    defer { giveBack(client) }
    client.endpoints.deadline = .now + patience
    do {
      return try body(client)
    } catch let failure as Failure {
      throw failure
    } catch let fault as RPCFault {
      throw unavailable(fault, client.endpoints.complaints)
    } catch {
      throw Failure(.internal, "unforeseen", "\(error)")
    }
  }

  private func unavailable(_ fault: RPCFault, _ complaints: [String]) -> Failure {
    let place = terms.urls.count == 1 ? "the endpoint " : ""
    var message = complaints.isEmpty ? "\(fault)" : place + complaints.joined(separator: "; ")
    switch fault {
    case .wrongChain: message += ", and chain \(terms.chain) is wanted"
    case .transport where settings.proxy != nil:
      message += "; of a plugin's manifest network.allow has to name it as HOST:PORT"
    default: break
    }
    return Failure(.unavailable, fault.reason, message)
  }

  /// Throws unless there are contracts where the settings have them, once: without it a mistyped token
  /// would make all streams bad ones.
  func requireContracts(_ client: ChainClient) throws(RPCFault) {
    guard !state.withLock({ $0.areContractsThere }) else { return }
    try client.requireContracts(
      [terms.contract.address] + (terms.token.isZero ? [] : [terms.token]))
    state.withLock { $0.areContractsThere = true }
  }

  /// The newest block, where it can be believed.
  func head(_ client: ChainClient) throws -> Block {
    let head = try client.head()
    let wall = UInt64(max(0, Timestamp.now.microseconds / 1_000_000))
    let now = Instant.now
    let refusal = state.withLock { state -> Failure? in
      do throws(Failure) {
        try state.watch.check(
          number: head.number, timestamp: head.timestamp, wall: wall, now: now)
        return nil
      } catch {
        return error
      }
    }
    if let refusal { throw refusal }
    return head
  }

  func version(_ client: ChainClient, at block: Block) throws(RPCFault) -> UInt256 {
    if let version = state.withLock({ $0.version }) { return version }
    let outcomes = try client.call([terms.contract.versionCall], at: block)
    let version = try terms.contract.version(outcomes[0])
    state.withLock { $0.version = version }
    return version
  }
}

// MARK: For plugins

extension StreamDesk {
  /// What a failure of this module's is for a plugin: the code's name, as roles' pages have it.
  package static func told(
    of error: any Error
  ) -> (code: String, reason: String, message: String)? {
    guard let failure = error as? Failure else { return nil }
    return ("\(failure.code)", failure.reason, failure.message)
  }

  /// By which a stream is kept: of another chain or contract it is another one.
  package func name(of stream: String) throws -> String {
    StreamName(
      chain: "\(terms.chain)", contract: "\(terms.contract.address)",
      id: "\(try Self.id(stream))"
    ).description
  }

  static func id(_ text: String) throws(Failure) -> UInt256 {
    guard let id = UInt256(decimal: text) else {
      throw Failure(.invalid, "bad-stream", "\(text.quoted) is no stream's number")
    }
    return id
  }
}
