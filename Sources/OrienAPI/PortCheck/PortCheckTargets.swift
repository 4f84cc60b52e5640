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
    // Who comes from outside is not shown what is inside, whatever is allowed.
    let isWithin = host.isLoopback ? own.isLoopback : host.isPublic || !own.isPublic
    guard isWithin else {
      throw Failure(
        .denied, "not-public",
        "\(host.hostText) is no address of the internet, and who asks is elsewhere")
    }
  }
}
