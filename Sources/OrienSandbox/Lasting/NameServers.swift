import COrienJail
package import OrienModel
package import OrienSystem

/// The name servers that this machine asks, as its programs find them.
package enum NameServers {
  private static let path = "/etc/resolv.conf"
  private static let mostBytes = 64 << 10

  /// As the file says now; none where there is no file.
  package static func current() throws(Failure) -> [NetworkAddress] {
    guard HostFile.kind(at: path) != nil else { return [] }
    return read(try HostFile(at: path).text(atMostBytes: mostBytes))
  }

  /// The first that are addresses, without the zone that one of a link bears: as many as programs
  /// ask.
  static func read(_ text: String) -> [NetworkAddress] {
    var servers: [NetworkAddress] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard line.hasPrefix("nameserver"), words.count > 1, words[0] == "nameserver",
        let host = words[1].split(separator: "%").first.map(String.init),
        let address = NetworkAddress(hostText: host)?.unmapped, !servers.contains(address)
      else { continue }
      servers.append(address)
    }
    return Array(servers.prefix(Int(ORIEN_JAIL_RESOLVERS)))
  }
}
