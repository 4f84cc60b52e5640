import OrienModel
import OrienSystem

/// One way to a target: its name looked up once, every address checked, and a connection to one
/// that was. Belongs to the loop's thread.
///
/// Its end is told once, never inside `start`, and not after `close`.
final class EgressReach {
  /// A way that is there, or why there is none; and the addresses that policy refused, for the log.
  enum End: ~Copyable {
    case connected(Socket)
    case refused(EgressRefusal, address: NetworkAddress?)
  }

  private let target: EgressTarget
  private let policy: EgressPolicy
  private let loop: Loop
  private let deadline: Instant
  private var onEnd: ((consuming End) -> Void)?
  private var timer: Timer?
  /// Checked, and not tried yet.
  private var addresses: ArraySlice<NetworkAddress> = []
  private var socket: Socket?
  private var watch: Watch?
  private var patience: Timer?
  /// Why the last that was tried is none.
  private var failure: EgressRefusal

  init(
    _ target: EgressTarget, _ policy: EgressPolicy, within bound: Duration, loop: Loop,
    onEnd: @escaping (consuming End) -> Void
  ) {
    self.target = target
    self.policy = policy
    self.loop = loop
    self.onEnd = onEnd
    failure = .unreachable(target)
    deadline = Instant.now + bound
  }

  deinit { close() }

  var isOver: Bool { onEnd == nil }

  func start(_ lookups: EgressLookups) {
    timer = loop.schedule(at: deadline) { [unowned self] in
      end(.refused(.unanswered(target), address: nil))
    }
    guard policy.names(target) else {
      return endSoon(.denied(target, .unnamed))
    }
    switch target.host {
    case .name(let name): lookups.look(up: name, for: self)
    case .address(let address):
      addresses = [address.at(target.port)]
      loop.soon { [weak self] in self?.tryNext() }
    }
  }

  private func endSoon(_ refusal: EgressRefusal) {
    loop.soon { [weak self] in self?.end(.refused(refusal, address: nil)) }
  }

  /// What came of looking the name up. One address that policy refuses refuses them all: whoever
  /// mixes them into his name means no good.
  func resolved(_ answer: Resolver.Answer) {
    guard !isOver else { return }
    switch answer {
    case .failure(.late): end(.refused(.unanswered(target), address: nil))
    case .failure(.busy): end(.refused(.exhausted, address: nil))
    case .failure(.unknown): end(.refused(.unknownName(target.name), address: nil))
    case .success(let found):
      for address in found.map(\.unmapped) {
        do throws(SystemError) {
          guard try policy.leads(to: address, port: target.port, isOwn: address.isOwn()) else {
            return end(.refused(.denied(target, .notPublic), address: address))
          }
        } catch {
          return end(.refused(.exhausted, address: nil))
        }
        addresses.append(address.at(target.port))
      }
      tryNext()
    }
  }

  /// Tries the next address, which gets its share of the time that is left.
  private func tryNext() {
    guard !isOver else { return }
    drop()
    guard let address = addresses.popFirst() else {
      return end(.refused(failure, address: nil))
    }
    do throws(Socket.ConnectFailure) {
      let socket = try Socket.connecting(to: address)
      let raw = socket.descriptor.raw
      self.socket = consume socket
      watch = try watching(raw)
    } catch {
      return note(error)
    }
    let share = deadline.since(.now) / (addresses.count + 1)
    patience = loop.schedule(after: share) { [unowned self] in note(.unanswered) }
  }

  private func watching(_ raw: Int32) throws(Socket.ConnectFailure) -> Watch {
    do throws(SystemError) {
      return try loop.watch(raw, .write) { [unowned self] _ in finish() }
    } catch {
      throw .system(error)
    }
  }

  private func finish() {
    guard let connecting = socket.take() else { return }
    watch?.cancel()
    watch = nil
    do throws(Socket.ConnectFailure) {
      try connecting.finishConnecting()
    } catch {
      return note(error)
    }
    end(.connected(connecting))
  }

  private func note(_ error: Socket.ConnectFailure) {
    failure =
      switch error {
      case .refused: .connectionRefused(target)
      case .unreachable: .unreachable(target)
      case .unanswered: .unanswered(target)
      case .system: .exhausted
      }
    // Not at once: a list of addresses that all fail is no nest of calls.
    drop()
    loop.soon { [weak self] in self?.tryNext() }
  }

  private func end(_ end: consuming End) {
    let onEnd = onEnd.take()
    close()
    onEnd?(end)
  }

  private func drop() {
    patience?.cancel()
    patience = nil
    watch?.cancel()
    watch = nil
    socket = nil
  }

  func close() {
    onEnd = nil
    timer?.cancel()
    drop()
    addresses = []
  }
}

extension EgressTarget {
  /// The host as a message has it.
  fileprivate var name: String {
    switch host {
    case .name(let name): name
    case .address(let address): address.hostText
    }
  }
}
