import OrienSystem

/// What all connections of a server share. Belongs to the loop.
final class HTTPService {
  typealias ErrorBody = (
    _ status: HTTPStatus, _ reason: String, _ message: String
  ) -> HTTPContent

  let handler: any HTTPHandler
  let limits: HTTPLimits
  var origins: OriginPolicy
  let errorBody: ErrorBody
  /// The idle deadline, counted once because every request begins it anew.
  let idlePatience: UInt64
  var headEnds = HeadEnds()
  var counts = HTTPCounts()
  let bodies: BodyPool
  /// What waits in all connections to be sent.
  var unsentBytes = 0
  private(set) var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var connectionsByNetwork: [NetworkAddress: Int] = [:]
  private(set) var isShuttingDown = false
  private var whenEmpty: (() -> Void)?

  init(
    handler: any HTTPHandler, limits: HTTPLimits, origins: OriginPolicy,
    errorBody: @escaping ErrorBody
  ) {
    precondition(limits.head.isCountable, "a head is shorter than 60 KiB")
    self.handler = handler
    self.limits = limits
    bodies = BodyPool(limitBytes: limits.collectedBytes)
    self.origins = origins
    self.errorBody = errorBody
    idlePatience = limits.idleDeadline.clampedNanoseconds
  }

  /// Whether one more connection from `peer` is within bounds.
  func hasRoom(for peer: NetworkAddress) -> Bool {
    connections.count < limits.connections
      && (peer.isLoopback
        || connectionsByNetwork[peer.network, default: 0] < limits.connectionsPerAddress)
  }

  func add(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = connection
    connectionsByNetwork[connection.peer.network, default: 0] += 1
    counts.accepted += 1
  }

  func remove(_ connection: HTTPConnection) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    let network = connection.peer.network
    let others = connectionsByNetwork[network, default: 1] - 1
    connectionsByNetwork[network] = others > 0 ? others : nil
    if connections.isEmpty { tellEmpty() }
  }

  /// Ends idle connections now and the others behind their present answers, then calls `then`.
  func shutDown(then: @escaping () -> Void) {
    isShuttingDown = true
    whenEmpty = then
    for connection in Array(connections.values) { connection.shutDown() }
    if connections.isEmpty { tellEmpty() }
  }

  func closeAll() {
    for connection in Array(connections.values) { connection.close() }
  }

  private func tellEmpty() {
    let tell = whenEmpty
    whenEmpty = nil
    tell?()
  }
}
