/// What a machine reaches by network, beside being reached by SSH.
enum Reach: String {
  /// Nothing, which QEMU sees to.
  case closed
  /// Public addresses, to which the kernel holds QEMU: the manifest has it so.
  case `public`
  /// All that this machine does.
  case open

  /// Those of the setting, in the order in which they are tried.
  static func named(_ word: String) -> [Reach] {
    Reach(rawValue: word).map { [$0] } ?? [.public, .closed]
  }

  /// The beginning of `-netdev`. Only the grant that holds QEMU to public addresses has a network of
  /// that name, so that no other lets it through by mistake.
  var netdev: String {
    // Without IPv6, for machines take one that leads nowhere for one that does.
    "user,id=\(device),ipv6=off,restrict=\(self == .closed ? "on" : "off")"
  }

  var device: String { self == .public ? "public" : "net" }
}
