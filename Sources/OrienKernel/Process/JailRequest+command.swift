import OrienModel
import OrienPlugins
import OrienSandbox

extension JailRequest {
  /// What a call's command is run as, reaching what is left to it of its tool's reach.
  init(
    _ command: Command, limits: Limits, reach: Reach, needsWalls: Bool, by jail: any Jail
  ) throws(Failure) {
    if command.network == .needed, reach.network == .none { throw Self.noNetwork }
    if command.readsOnly, jail.capabilities?.walls == JailCapabilities.Walls.none {
      throw Self.notReadOnly
    }
    self.init(
      command.arguments, environment: reach.environment + command.environment, limits: limits,
      needsWalls: needsWalls, readsOnly: command.readsOnly, network: reach.network,
      devices: try reach.places(among: jail.devices))
  }

  private static let notReadOnly = Failure(
    .unavailable, "not-read-only",
    "nothing walls programs in on this machine, so that none can be kept from writing to its "
      + "workspace: ask for one that may")
  private static let noNetwork = Failure(
    .denied, "network-not-granted", "the manifest of its plugin grants no network")
}
