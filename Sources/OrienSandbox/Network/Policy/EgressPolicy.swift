package import OrienModel
package import OrienSystem

/// Where the programs of one jail may connect to: what the rules name, and of names only what is
/// public.
///
/// A name is somebody else's to point anywhere, so no rule with a name leads to this machine or its
/// networks; whoever wants that writes the very address.
package struct EgressPolicy: Hashable, Sendable {
  package static let rulesAtMost = 256

  package let rules: [EgressRule]

  package init(rules: [EgressRule]) { self.rules = rules }

  /// Reads the entries; a failure names each that is bad by its place in the list.
  package init(_ texts: [String]) throws(Failure) {
    guard texts.count <= Self.rulesAtMost else {
      throw Failure(
        .invalid, "bad-egress-rule",
        "\(texts.count) entries are more than the \(Self.rulesAtMost) that a list may have")
    }
    var rules: [EgressRule] = []
    var faults: [Failure.Fault] = []
    for (index, text) in texts.enumerated() {
      do throws(Failure) {
        rules.append(try EgressRule(text))
      } catch {
        faults.append(Failure.Fault("/\(index)", error.message))
      }
    }
    if let first = faults.first {
      throw Failure(.invalid, "bad-egress-rule", first.message, faults: faults)
    }
    self.rules = rules
  }

  /// Whether a rule names the target, as it is written. Where a name leads is asked by `leads`.
  package func names(_ target: EgressTarget) -> Bool { rules.contains { $0.names(target) } }

  /// The same of entries and of a target as people write them; what is neither names nothing.
  @Sendable package static func names(_ entries: [String], _ target: String) -> Bool {
    guard let policy = try? EgressPolicy(entries),
      let target = EgressTarget(authority: Array(target.utf8))
    else { return false }
    return policy.names(target)
  }

  /// Whether a connection may go to an address that a name has been resolved to. `isOwn`: the
  /// address is one of this machine's, which it may have a public one of too.
  package func leads(to address: NetworkAddress, port: UInt16, isOwn: Bool) -> Bool {
    let literal = EgressTarget(host: .address(address.unmapped.at(0)), port: port)
    return names(literal) || (address.isPublic && !isOwn)
  }
}
