import OrienModel
import OrienSandbox
package import OrienSystem

/// Whom a port checker may be sent to. It is asked by strangers, and must be no way to reach others:
/// whoever asks is looked at himself, and others only where the operator names their networks.
package struct PortCheckTargets: Sendable {
  private let allowed: [NetworkRange]

  package init(_ allowed: [NetworkRange] = []) { self.allowed = allowed }

  func check(_ target: NetworkAddress, askedBy caller: NetworkAddress) throws(Failure) {
    let (host, own) = (target.unmapped, caller.unmapped)
    if host.host == own.host { return }
    guard allowed.contains(where: { $0.contains(host) }) else {
      throw Failure(
        .denied, "not-your-address",
        "only the address that asks is checked, which is \(own.hostText), not \(host.hostText):"
          + " set PUBLIC_IP to it, or ask from there (PORT_CHECKER_ALLOW lets others)")
    }
    guard isFit(host, for: own) else { throw notPublic(host) }
  }

  /// Why nothing that `caller` asks is passed on to the target, if so: that is of the internet, and
  /// none of this machine's own, or in a network that the operator names.
  func objection(to target: NetworkAddress, for caller: NetworkAddress) -> Failure? {
    let (host, own) = (target.unmapped, caller.unmapped)
    if allowed.contains(where: { $0.contains(host) }) {
      return isFit(host, for: own) ? nil : notPublic(host)
    }
    guard host.isPublic else { return notPublic(host) }
    // What listens here for all may rely on a firewall that this machine is within.
    return NetworkAddress.source(towards: host)?.host == host.host
      ? Failure(.denied, "own-address", "\(host.hostText) is this machine itself") : nil
  }

  /// Who comes from outside is not shown what is inside, whatever is allowed.
  private func isFit(_ host: NetworkAddress, for own: NetworkAddress) -> Bool {
    host.isLoopback ? own.isLoopback : host.isPublic || !own.isPublic
  }

  private func notPublic(_ host: NetworkAddress) -> Failure {
    Failure(
      .denied, "not-public",
      "\(host.hostText) is no address of the internet, and who asks is elsewhere")
  }
}
