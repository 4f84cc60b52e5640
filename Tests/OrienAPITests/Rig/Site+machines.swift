import OrienKernel
import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit

@testable import OrienAPI

extension Site {
  /// Has it rent the machines of an engine.
  func rent(
    _ engine: MachineEngine, _ change: (inout MachineSettings) -> Void = { _ in }
  ) {
    var settings = MachineSettings()
    settings.publicHost = "203.0.113.7"
    settings.rentals.lateDelay = .milliseconds(1)
    settings.rentals.firstRetry = .milliseconds(1)
    change(&settings)
    let front = EngineFront(engine, world.loop)
    let rentals = Rentals(
      Rentals.Parts(
        loop: world.loop, ledger: world.ledger, log: Log(level: .error, format: .text),
        host: front, proxy: ProxyFront(front)),
      settings.rentals,
      capacity: Capacity(
        total: MachineSize(cpu: settings.mostMachines > 8 ? 128 : 8, memoryGiB: 128, diskGiB: 2000),
        mostMachines: settings.mostMachines, least: settings.least),
      ports: PortRange(settings.firstPort..<settings.endPort))
    rentals.begin()
    api.machines = MachineService(
      MachineService.Parts(
        loop: world.loop, kernel: world.kernel, ledger: world.ledger,
        log: Log(level: .error, format: .text)),
      settings, renting: rentals)
  }
}
