import OrienModel

extension Condition {
  /// Takes what the node knows of its ports from outside, as `GET /api/v1/provider/ports` has it. What
  /// is missing, or of another form, is not known.
  mutating func take(reach report: JSON) {
    let own = report["provider"]?.array?.first { $0["port"]?.int64 == Int64(provider.port) }
    if let external = own?["external"] {
      provider.external = External(
        status: external["status"]?.string.flatMap(External.Status.init) ?? .unknown,
        verifiedBy: external["verified_by"].texts, error: external["error"]?.string)
    }
    var reaches: [Int64: SSHPorts.Reach] = [:]
    for port in report["ports"]?.array ?? [] {
      guard let number = port["port"]?.int64 else { continue }
      reaches[number] = port["status"]?.string.flatMap(SSHPorts.Reach.init)
    }
    guard var ssh else { return }
    for place in ssh.ports.indices {
      ssh.ports[place].reach = reaches[Int64(ssh.ports[place].number)] ?? .unknown
    }
    ssh.isUnasked = provider.external.status == .notVerified
    self.ssh = ssh
  }
}

extension JSON? {
  /// One text, or several.
  fileprivate var texts: [String] {
    self?.string.map { [$0] } ?? self?.array?.compactMap(\.string) ?? []
  }
}
