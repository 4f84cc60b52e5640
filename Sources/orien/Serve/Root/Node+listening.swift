import OrienHTTP
import OrienModel
import OrienNode
import OrienSystem

extension Node {
  /// Who comes now is served in a moment, when it is known what there is to serve with: the jail is
  /// still being tried.
  func listen() throws(Failure) {
    for address in configuration.addresses {
      let bound =
        if let raw = former?.listener(at: address) {
          try server.listen(adopting: Descriptor(owning: raw))
        } else {
          try server.listen(on: address)
        }
      log.announce("orien: listening on http://\(bound)")
      machines.ownAddresses.append(bound)
      places.append("http://\(bound)")
    }
  }
}
