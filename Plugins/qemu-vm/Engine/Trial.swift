internal import CQemuMachines
internal import OrienKit

/// Whether KVM runs anything. That its device is there and can be opened says nothing: where this
/// machine is itself one, it may hang.
enum Trial {
  /// As long as it takes many times over where it works.
  private static let patienceMilliseconds: UInt64 = 2500
  /// What QEMU exits with when the program below has come to its end.
  private static let passed: Int32 = 33
  private static let file = "trial.raw"

  static let words = [
    "-nodefaults", "-no-user-config", "-machine", "q35", "-accel", "kvm", "-cpu", "host", "-m",
    "64",
    "-display", "none", "-drive", "file=\(file),format=raw,if=virtio,readonly=on",
    "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
  ]

  /// A disk whose first sector writes one byte to the port of the device that ends the machine.
  static var disk: [UInt8] {
    let program: [UInt8] = [0xBA, 0xF4, 0x00, 0xB0, 0x10, 0xEE, 0xF4, 0xEB, 0xFD]
    let sector = program + [UInt8](repeating: 0, count: 510 - program.count) + [0x55, 0xAA]
    return sector + [UInt8](repeating: 0, count: (1 << 20) - sector.count)
  }

  static func run(by engine: Engine, _ call: borrowing Call) throws(Failure) -> Bool {
    try Files(folder: call.host.folder).write(disk, to: file)
    let ended = try engine.run(CommandLine.program, words, within: patienceMilliseconds, call)
    return ended.exit.code == passed
  }
}
