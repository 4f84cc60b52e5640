internal import OrienKit

/// The file of one lease: `vm_<name>.conf`. Its first line says that it is ours and what it is made of,
/// so that what it ought to be is known from itself.
struct ServerFile {
  private static let mark = "# orien nginx-proxy/1 "
  static let mostBytes = 16 << 10

  let lease: Lease
  /// Somebody has written something else into it than the lease makes.
  let isEdited: Bool

  /// Nil for a file that is none of ours.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let line = text.prefix { $0 != "\n" }
    guard line.hasPrefix(Self.mark),
      let json = try? JSON(parsing: String(line.dropFirst(Self.mark.count))),
      let lease = Lease(json)
    else { return nil }
    self.lease = lease
    isEdited = text != Self.text(of: lease)
  }

  static func name(of lease: String) -> String { "vm_\(lease).conf" }

  /// Where what somebody has written into a file of ours is kept. nginx does not read it.
  static func editedName(of lease: String) -> String { "vm_\(lease).conf.edited" }

  static func text(of lease: Lease) -> String {
    let listens = lease.hosts.map { host in
      "    listen \(host):\(lease.port) so_keepalive=on;\n"
    }
    return """
      \(mark)\(lease.json.text)
      # Made by orien, which makes it anew: what is written here by hand goes to \
      \(editedName(of: lease.name)).
      log_format orien_\(lease.serial) '\(TrafficLine.format(serial: lease.serial))';
      upstream vm_\(lease.name) {
          server \(lease.targetHost):\(lease.targetPort);
      }
      server {
      \(listens.joined())    proxy_connect_timeout 1s;
          proxy_timeout 24h;
          proxy_socket_keepalive on;
          proxy_pass vm_\(lease.name);
          access_log \(lease.log) orien_\(lease.serial);
      }

      """
  }
}
