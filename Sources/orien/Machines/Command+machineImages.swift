import OrienDiskImage
import OrienModel
import OrienSystem

extension Command {
  /// Of an arrival that somebody watches.
  private static let progressBytes: UInt64 = 64 << 20

  /// `orien vm image add`: whole, or not at all.
  static func addMachineImage(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = try MachineImages.name(invocation.operands[0])
    let source = try ImageSource(invocation.operands[1], invocation.environment)
    let console = invocation.console
    var told: UInt64 = 0
    let arrival = try ImageArrival(in: try MachineImages(invocation).folder()) { count in
      guard count - told >= progressBytes else { return }
      told = count
      console.tell("\(name.text): \(count >> 20) MiB")
    }
    try source.read { bytes throws(Failure) in try arrival.take(bytes) }
    let hash = try arrival.publish(as: name, expected: source.hash)
    let answer = JSON.object([
      JSON.Member("name", .string(name.text)), JSON.Member("sha256", .string(hash)),
      JSON.Member("fileBytes", .integer(Int64(clamping: arrival.count))),
    ])
    if try !invocation.answered(answer) { try console.line("\(name.text) \(hash)") }
    return .success
  }

  static func listMachineImages(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let images = try MachineImages(invocation).all()
    let shown = images.map { image in
      var members = [
        JSON.Member("name", .string(image.name.text)),
        JSON.Member("fileBytes", .integer(Int64(clamping: image.fileBytes))),
      ]
      if let bytes = image.diskBytes {
        members.append(JSON.Member("diskBytes", .integer(Int64(clamping: bytes))))
      }
      if let fault = image.fault { members.append(JSON.Member("fault", .string(fault))) }
      return JSON.object(members)
    }
    if try invocation.answered(.object([JSON.Member("images", .array(shown))])) { return .success }
    var table = TextTable("NAME", "DISK", "FILE", "NOTE")
    for image in images {
      table.add(
        image.name.text, image.diskBytes.map(String.init) ?? "", String(image.fileBytes),
        image.fault ?? "")
    }
    try invocation.console.write(table.text(invocation.console.style))
    return .success
  }

  static func removeMachineImage(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = try MachineImages.name(invocation.operands[0])
    try MachineImages(invocation).remove(name)
    let answer = JSON.object([JSON.Member("name", .string(name.text))])
    if try !invocation.answered(answer) { try invocation.console.line(name.text) }
    return .success
  }
}
