import Glibc
package import OrienModel

/// The TCP ports of this machine that somebody listens at, as the kernel lists them: nothing is
/// connected to, and no port is taken for a moment to find out.
package enum ListeningPorts {
  private static let listening: Substring = "0A"

  package static func current() throws(Failure) -> Set<UInt16> {
    var ports: Set<UInt16> = []
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] where HostFile.kind(at: table) != nil {
      ports.formUnion(read(try HostFile(at: table).text(atMostBytes: 64 << 20)))
    }
    return ports
  }

  /// Lines like `0: 0100007F:0FA0 00000000:0000 0A …` under a line of headings.
  package static func read(_ table: String) -> Set<UInt16> {
    var ports: Set<UInt16> = []
    for line in table.split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ", maxSplits: 4)
      guard words.count > 3, words[3] == listening,
        let port = words[1].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) })
      else { continue }
      ports.insert(port)
    }
    return ports
  }
}
