import OrienAPI
import OrienHTTP
import OrienModel
import OrienNode
import OrienSystem

/// The process of `orien port-check serve`: a port checker on a loop of its own.
final class PortCheckServer {
  private let address: NetworkAddress
  private let log: Log
  private let loop: Loop
  private let signals: Signals
  private let checker: PortChecker
  private let server: HTTPServer
  private var isEnding = false

  private static let drainBound = Duration.seconds(20)
  /// Descriptors beside those of connections and of what is asked.
  private static let reserved = 64

  /// To be called before there is a second thread.
  init(_ configuration: Configuration) throws(Failure) {
    let settings = configuration.portChecker
    address = NetworkAddress(host: settings.host, port: settings.port)
    var http = configuration.http
    var limits = settings.limits
    do throws(SystemError) {
      signals = try Signals()
      loop = try Loop()
      let room = try OpenFiles.raiseBound() - Self.reserved
      limits.ports = min(limits.ports, room / 2)
      http.connections = max(1, min(http.connections, room / 2))
    } catch {
      throw error.failure("starting the port checker")
    }
    guard limits.ports >= limits.portsPerRequest else {
      throw Failure(
        .unavailable, "too-few-files",
        "this process may have too few open files to ask for \(limits.portsPerRequest) ports at"
          + " once: raise the limit (ulimit -n)")
    }
    var logging = configuration
    if settings.isDebug { logging.logLevel = .debug }
    log = logging.log
    let targets = PortCheckTargets(settings.allowed)
    checker = PortChecker(
      on: loop, limits, targets: targets,
      behind: TrustedProxies(configuration.trustedProxies),
      relay: try Self.relay(configuration, targets, on: loop))
    server = HTTPServer(
      on: loop, limits: http, origins: configuration.origins, errorBody: Problem.content,
      handler: checker)
  }

  private static func relay(
    _ configuration: Configuration, _ targets: PortCheckTargets, on loop: Loop
  ) throws(Failure) -> Relay? {
    let settings = configuration.portChecker
    guard let token = settings.relayToken else { return nil }
    guard let discovery = configuration.machines.adverts.url else {
      throw Failure(
        .invalid, "no-discovery",
        "PORT_CHECKER_RELAY_TOKEN has requests passed on to providers, and DISCOVERY_URL is not"
          + " set, which says where these are")
    }
    let relay = ProviderRelay(ProviderRelay.Settings(discovery: discovery), on: loop)
    return Relay(relay, token: token, settings.relay, targets: targets)
  }

  /// Serves until it is told to end.
  func run() throws(Failure) -> ExitCode {
    do throws(SystemError) {
      try signals.deliver(on: loop) { [unowned self] in hear($0) }
    } catch {
      throw error.failure("waiting for signals")
    }
    let bound = try server.listen(on: address)
    log.announce("orien: checking ports on http://\(bound)")
    loop.run()
    log.info("ended")
    log.close()
    return .success
  }

  private func hear(_ signal: Signals.Signal) {
    guard signal != .hangup else { return }
    guard !isEnding else {
      checker.shutDown()
      return loop.stop()
    }
    isEnding = true
    log.info("ending: who has asked already is answered")
    server.shutDown(within: Self.drainBound) { [loop, checker] in
      checker.shutDown()
      loop.stop()
    }
  }
}

/// What the operator has decided about it.
struct PortCheckerSettings: Sendable {
  /// It is there for others: every address.
  var host: [UInt8] = [0, 0, 0, 0]
  var port: UInt16 = 9000
  /// Networks whose addresses anybody may ask about.
  var allowed: [NetworkRange] = []
  var isDebug = false
  var limits = PortChecker.Limits()
  /// Who has it may have requests passed on; nil: nobody may.
  var relayToken: String?
  var relay = Relay.Limits()
}
