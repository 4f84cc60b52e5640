import OrienKernel
import OrienLedger
import OrienModel
import OrienSystem

// How machines are reached, and by whom they are found.

extension MachineService {
  /// Begins to look at the ports and to tell of what there is.
  package func beginReaching() {
    guard let rentals else { return }
    let address = PublicAddress(settings.address, on: parts.loop)
    let checks = PortChecks(
      PortChecks.Parts(
        loop: parts.loop, log: parts.log, address: address, hosts: settings.portHosts),
      settings.portChecks, of: rentals, own: ownAddresses)
    let adverts = Adverts(
      Adverts.Parts(
        loop: parts.loop, log: parts.log, offer: { [unowned self] in offer() },
        choose: advertisers(address)),
      settings.adverts)
    (self.address, self.checks, self.adverts) = (address, checks, adverts)
    rentals.onChange = { [weak adverts] in adverts?.look() }
    checks.onOver = { [weak adverts] in adverts?.look() }
    checks.check()
    adverts.look()
  }

  /// Why no machine is to be made now, though the backend could.
  func obstacle() -> Failure? {
    if !parts.kernel.isAdmitting || parts.kernel.isDraining {
      return Failure(.unavailable, "draining", "the node takes no new work")
    }
    return checks?.trouble ?? load?.trouble(beyond: settings.thresholds)
  }

  private func offer() -> Result<Advert, Failure> {
    Result { () throws(Failure) in
      guard let rentals else { throw absence }
      if let trouble = rentals.trouble { throw trouble }
      guard rentals.capacity.isOffered else {
        throw Failure(
          .unavailable, "no-capacity", "less is left than a machine is offered for (MIN_*, MAX_VMS)"
        )
      }
      guard rentals.ports.hasFree(at: parts.loop.now) else {
        throw Failure(.unavailable, "no-port", "no port is left by which one would be reached")
      }
      return Advert(
        provider: settings.providerID, name: settings.providerName, host: settings.address.host,
        country: settings.country, platform: LinuxKernel.platform,
        environment: settings.environment, network: settings.network,
        size: rentals.capacity.available, usd: prices.usd, glm: prices.glm)
    }
  }

  /// The backend of `advertise/1`, where there is one, in place of a discovery server.
  private func advertisers(_ address: PublicAddress) -> () -> (any Advertiser)? {
    let settings = settings.adverts
    let (kernel, ledger) = (parts.kernel, parts.ledger)
    let server = settings.kind == .golemBase ? nil : settings.url
    let discovery = server.map { url in
      DiscoveryAdvertiser(
        url, patience: settings.patience,
        signing: DiscoveryAdvertiser.Signer(
          publicKey: ledger.publicKey, sign: { ledger.sign($0) }),
        as: address, on: parts.loop)
    }
    var backend: RoleAdvertiser?
    return {
      guard let id = try? kernel.backend(of: RoleAdvertiser.role) else { return discovery }
      if backend?.name != id {
        backend = RoleAdvertiser(id, validFor: settings.interval * 2, kernel: kernel)
      }
      return backend
    }
  }

  /// Tells whoever was told that there is nothing more.
  func endReaching(within bound: Duration, then body: @escaping () -> Void) {
    checks?.close()
    guard let adverts else { return body() }
    adverts.end(within: bound) { [address] in
      address?.close()
      body()
    }
  }
}
