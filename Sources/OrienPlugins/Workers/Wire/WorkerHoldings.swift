import OrienModel

/// What a worker's process holds, as it says itself.
struct WorkerHoldings: Sendable, Packed {
  /// Of the machine's memory.
  var residentBytes: UInt64
  var openFiles: UInt64

  init(residentBytes: UInt64, openFiles: UInt64) {
    self.residentBytes = residentBytes
    self.openFiles = openFiles
  }

  func write(to packer: inout Packer) {
    packer.put(residentBytes)
    packer.put(openFiles)
  }

  init(from unpacker: inout Unpacker) throws(Failure) {
    residentBytes = try unpacker.part()
    openFiles = try unpacker.part()
  }

  /// Why a process that began with `first` is near the end of what it may have, and not for what it
  /// began with: another one would be there as soon. Nil: it is not.
  func growth(since first: WorkerHoldings, within bounds: WorkerBounds) -> String? {
    if Self.isNear(residentBytes, first.residentBytes, bounds.memoryBytes) {
      return "its memory has grown from \(first.residentBytes >> 20) to \(residentBytes >> 20) MiB "
        + "of \(bounds.memoryBytes >> 20)"
    }
    if Self.isNear(openFiles, first.openFiles, bounds.openFiles) {
      return
        "its open files have grown from \(first.openFiles) to \(openFiles) of \(bounds.openFiles)"
    }
    return nil
  }

  private static func isNear(_ now: UInt64, _ first: UInt64, _ most: UInt64) -> Bool {
    now >= most - most / 4 && now / 2 >= first
  }
}
