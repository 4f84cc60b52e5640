package import OrienModel
package import OrienSystem

/// What this machine has, what of it is rented, and what is left. Taken and given back on the loop, so
/// that of two that want the last place one gets it.
package struct Capacity: Sendable {
  /// What there is for rent in all.
  package private(set) var total: MachineSize
  package private(set) var rented = MachineSize.none
  package private(set) var count = 0
  package let mostMachines: Int
  /// Below it nothing is offered.
  package let least: MachineSize

  package init(total: MachineSize, mostMachines: Int, least: MachineSize) {
    self.total = total
    self.mostMachines = mostMachines
    self.least = least
  }

  package var available: MachineSize { (total - rented).clamped }

  /// Another machine, of the least size, would find room.
  package var isOffered: Bool { count < mostMachines && least.fits(in: available) }

  package mutating func take(_ size: MachineSize) throws(Failure) {
    guard count < mostMachines else {
      throw Failure(
        .unavailable, "no-capacity",
        "there are \(count) machines, and \(mostMachines) are as many as may be (MAX_VMS)")
    }
    guard size.fits(in: available) else {
      throw Failure(
        .unavailable, "no-capacity", "asked for \(size.text), and \(available.text) are left")
    }
    keep(size)
  }

  /// Of one that is there, whether it fits or not.
  package mutating func keep(_ size: MachineSize) {
    rented = rented + size
    count += 1
  }

  package mutating func giveBack(_ size: MachineSize) {
    precondition(count > 0, "what is given back was taken")
    rented = rented - size
    count -= 1
  }

  /// The machine has more or less than was thought.
  package mutating func note(total: MachineSize) { self.total = total }
}

extension MachineSize {
  /// What this machine has for rent: what is free, and what is `taken` of it by those that are rented.
  package init(rentable figures: MachineFigures, beside taken: MachineSize = .none) {
    let memory = Int64(clamping: figures.memory.availableBytes)
    let disk = Int64(clamping: figures.disk.availableBytes)
    self.init(
      cpu: Int64(MachineFigures.processorCount),
      memoryBytes: min(memory + taken.memoryBytes, Int64(clamping: figures.memory.totalBytes)),
      // A disk that is not full yet has taken none of it.
      diskBytes: max(disk, taken.diskBytes))
    // In whole GB.
    (memoryGiB, diskGiB) = (memoryGiB, diskGiB)
  }

  fileprivate var text: String {
    "\(cpu) processors, \(memoryGiB) GB of memory and \(diskGiB) GB of disk"
  }
}
