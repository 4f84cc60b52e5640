package import OrienModel
package import OrienSystem

/// What the operator has decided about machines that are rented out.
package struct MachineSettings: Sendable {
  /// As those who look for machines know this node.
  package var providerID = ""
  package var providerName = ""
  /// By which address machines are reached from outside.
  package var address = PublicAddress.Settings()
  package var portChecks = PortCheckSettings()
  package var adverts = AdvertSettings()
  /// Of who does not say; empty: the backend's own.
  package var image = ""
  package var country = "SE"
  package var environment = "production"
  package var network = "mainnet"
  package var usd = MonthlyPrices(
    core: Money(units: 500_000_000), memoryGiB: Money(units: 200_000_000),
    diskGiB: Money(units: 10_000_000))
  /// What is nothing follows the price in dollars, where there is a price source.
  package var glm = MonthlyPrices.nothing
  package var priceSource = PriceSettings()
  /// Below it nobody is told that a machine can be had.
  package var least = MachineSize(cpu: 1, memoryGiB: 1, diskGiB: 10)
  package var mostMachines = 10
  package var thresholds = Load.Thresholds()
  package var proxy = PortBackend.auto
  package var firstPort = 50800
  package var endPort = 50900
  /// Where those ports are opened; nowhere in particular: at every address.
  package var portHosts: [NetworkAddress] = []
  /// Of the node's own proxy.
  package var ports = TCPProxyLimits()
  /// Requests that write, of each renter.
  package var requestsPerMinute: Int? = 100
  package var rentals = Rentals.Settings()
  package var access = Access.key
  /// Who needs no key where access is open.
  package var openTo: [NetworkRange] = []

  /// Who may rent machines.
  package enum Access: Sendable {
    case key, open
    /// Whoever pays by a stream: its sender is whose the machine is.
    case stream
  }

  /// Nil: whichever address this machine has.
  package var publicHost: String? {
    get { address.host }
    set { address.host = newValue }
  }

  package init() {}
}
