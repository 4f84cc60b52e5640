import OrienModel
import OrienSystem

/// Listens at free ports for as long as somebody outside tries whether they can be reached: who comes
/// is let go of at once. Belongs to the loop.
final class TrialListeners {
  private let loop: Loop
  private let hosts: [NetworkAddress]
  private var open: [UInt16: [Door]] = [:]

  /// A port's listener at one address.
  private final class Door {
    private let listener: Listener
    private var watch: Watch?

    init(on address: NetworkAddress, _ loop: Loop) throws(SystemError) {
      listener = try Listener(on: address, backlog: 16)
      watch = try loop.watch(listener.descriptor.raw, .read) { [unowned self] _ in turnAway() }
    }

    deinit { watch?.cancel() }

    private func turnAway() {
      do throws(SystemError) {
        while let socket = try listener.accept() { _ = socket.peer }
      } catch {
        // There is no descriptor for it. It stands all the same, and to be told again helps nobody.
        watch?.change(to: [])
      }
    }
  }

  /// `hosts` are the addresses at which the ports of machines are opened; none: every one.
  init(at hosts: [NetworkAddress], on loop: Loop) {
    self.hosts = hosts
    self.loop = loop
  }

  var ports: Set<UInt16> { Set(open.keys) }

  /// Whether it listens there now; not where somebody else does.
  func open(_ port: UInt16) -> Bool {
    var doors: [Door] = []
    for (host, mayBeAbsent) in places {
      var address = host
      address.port = port
      do throws(SystemError) {
        doors.append(try Door(on: address, loop))
      } catch {
        guard mayBeAbsent, error.isAddressAbsent else { return false }
      }
    }
    open[port] = doors
    return true
  }

  func close(_ port: UInt16) { open[port] = nil }

  func closeAll() { open = [:] }

  private var places: [(host: NetworkAddress, mayBeAbsent: Bool)] {
    guard hosts.isEmpty else { return hosts.map { ($0, false) } }
    return [
      (NetworkAddress(host: [0, 0, 0, 0], port: 0), false),
      (NetworkAddress(host: [UInt8](repeating: 0, count: 16), port: 0), true),
    ]
  }
}
