internal import OrienKit
internal import OrienMachineBackend

typealias Records = MachineRecords<Record>

/// What the plugin has open: the ways to QEMU, to its disks, and to what is written down.
final class Machines: MachineBackend {
  let engine: Engine
  let images: ImageShelf
  let files: Files
  let claims = Claims()
  let stopMilliseconds: UInt64
  let patienceMilliseconds: UInt64

  init(
    _ engine: Engine, _ images: ImageShelf, folder: String, stopMilliseconds: Int,
    patienceMilliseconds: Int
  ) {
    self.engine = engine
    self.images = images
    files = Files(folder: folder)
    self.stopMilliseconds = UInt64(stopMilliseconds)
    self.patienceMilliseconds = UInt64(patienceMilliseconds)
  }

  /// What is written down of one of ours. Throws `not-found` where there is none of that name.
  func known(_ name: String, _ call: borrowing Call) throws(Failure) -> Record {
    guard let record = try Records(store: call.host.store)[name] else {
      throw Failure(.notFound, "there is no machine called \(name)")
    }
    return record
  }

  /// The way to ask one that runs.
  func monitor(
    _ record: Record, until: UInt64, _ call: borrowing Call
  ) throws(Failure) -> Monitor {
    try Monitor(
      at: files.path("\(record.folder)/qmp"), until: until, cancelled: call.cancelDescriptor)
  }
}

extension Record {
  static let folder = "machines"
  var folder: String { "\(Self.folder)/\(id)" }
}
