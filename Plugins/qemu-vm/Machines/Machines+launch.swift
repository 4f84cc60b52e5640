internal import OrienCloudInit
internal import OrienKit
internal import OrienMachineBackend

// How a machine comes to be. It is written down first, and each step can be done again or undone by a
// deletion, whoever dies between two.
extension Machines {
  func launch(_ order: MachineOrder, _ call: borrowing Call) throws(Failure) -> JSON {
    let image = try images.image(order.image)
    guard order.size.diskBytes >= image.diskBytes else {
      throw Failure(
        .invalid,
        "args.disk_bytes: \(order.size.diskBytes) is below the \(image.diskBytes) of image "
          + "'\(image.name)'", reason: "disk-too-small")
    }
    let records = Records(store: call.host.store)
    guard try records[order.name] == nil else { throw Records.taken(order.name) }
    let until = Clock.now + UInt64(order.deadlineMilliseconds)
    try claims.take(order.name, .launch, call)
    defer { claims.release(order.name) }
    var record = Record(
      name: order.name, id: Self.freshID(), image: image.name, size: order.size,
      address: try freeAddress(call))
    try records.add(record)
    do throws(Failure) {
      try make(record, of: image, order, call)
      record.phase = .made
      try records.write(record)
      try begin(&record, until: until, call)
      try waitForSSH(record, until: until, call)
    } catch {
      // Late it is left to come up; a call that was given up has no time for more.
      if error.reason != Self.late, error.status != .cancelled { undo(record, after: error, call) }
      throw error
    }
    return record.machine(.running, port: engine.sshPort)
  }

  private func make(
    _ record: Record, of image: ImageShelf.Image, _ order: MachineOrder, _ call: borrowing Call
  ) throws(Failure) {
    try files.make(Record.folder)
    try files.make(record.folder)
    // Whatever becomes of the image, the machine goes on standing on what it was made from.
    try files.link(image.file, as: "\(record.folder)/base.qcow2")
    try files.write(
      SeedDisk(order.seed, instance: record.id).bytes, to: "\(record.folder)/seed.iso")
    let made = try engine.run(
      "qemu-img",
      [
        "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "base.qcow2",
        "\(record.folder)/disk.qcow2", "\(record.size.diskBytes)",
      ], within: 20_000, call)
    guard !made.exit.isSuccess else { return }
    let said = Self.printable(made.errors)
    if said.hasSuffix("No space left on device") || said.hasSuffix("Disk quota exceeded") {
      throw Files.noRoom("making the disk of \(record.name)")
    }
    throw Failure(
      .unavailable, "the disk of \(record.name) could not be made: \(said)", reason: "no-disk")
  }

  /// Takes away what there is. Where that cannot be, it stays written down, and is told as unknown.
  private func undo(_ record: Record, after failure: Failure, _ call: borrowing Call) {
    do throws(Failure) {
      try remove(record, call)
    } catch {
      call.log(
        .error,
        "\(record.name) could not be launched (\(failure.message)), nor what there is of it be "
          + "removed: \(error.message)")
    }
  }

  static func freshID() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// An address of loopback that no machine of ours has.
  func freeAddress(_ call: borrowing Call) throws(Failure) -> String {
    let taken = Set(try Records(store: call.host.store).all().map(\.address))
    for _ in 0..<1000 {
      let address = "127.77.\(Int.random(in: 1...254)).\(Int.random(in: 1...254))"
      if !taken.contains(address) { return address }
    }
    throw Failure(.limited, "there is no address left for another machine", reason: "no-address")
  }

  /// The last of what a program wrote, on one line.
  static func printable(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.suffix(600), as: UTF8.self)
    let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    var line = String(String.UnicodeScalarView(scalars))
    while line.last == " " { line.removeLast() }
    return line
  }
}
