internal import OrienKit
internal import OrienMachineBackend

/// The words by which QEMU runs a machine. Each stands in the manifest's grants as a pattern, so that
/// nothing else is started.
struct CommandLine: Sendable, Equatable {
  enum Accelerator: String, Sendable { case kvm, tcg }

  static let program = "qemu-system-x86_64"
  /// How much code of the machine's is kept translated, where nothing speeds it.
  private static let translatedMebibytes = 256
  /// What a machine writes to its serial line QEMU keeps the end of, in its memory.
  static let console = "console"
  static let consoleBytes = 1 << 16

  let record: Record
  let accelerator: Accelerator
  let reach: Reach
  /// Whom it becomes; nil: it stays who it is.
  let user: String?
  let sshPort: Int

  var words: [String] {
    let place = "machines/\(record.id)"
    return [
      "-name", record.name, "-nodefaults", "-no-user-config", "-machine", "q35",
      "-accel",
      accelerator == .kvm ? "kvm" : "tcg,thread=multi,tb-size=\(Self.translatedMebibytes)",
      "-cpu", accelerator == .kvm ? "host" : "max", "-smp", "\(record.size.cpu)",
      "-m", "\(record.size.memoryBytes)B", "-display", "none",
      "-chardev", "ringbuf,id=\(Self.console),size=\(Self.consoleBytes)",
      "-serial", "chardev:\(Self.console)",
      "-drive", "file=\(place)/disk.qcow2,format=qcow2,if=virtio,discard=unmap",
      "-drive", "file=\(place)/seed.iso,format=raw,if=virtio,readonly=on",
      "-netdev",
      "\(reach.netdev),hostfwd=tcp:\(record.address):\(sshPort)-:22",
      "-device", "virtio-net-pci,netdev=\(reach.device),romfile=", "-device", "virtio-rng-pci",
      "-qmp", "unix:\(place)/qmp,server=on,wait=off",
      "-sandbox", sandbox,
    ] + (user.map { ["-runas", $0] } ?? [])
  }

  /// What a machine that has broken out of QEMU may not ask of the kernel. Who is to become another
  /// user has to be let.
  private var sandbox: String {
    "on,obsolete=deny,spawn=deny,resourcecontrol=deny"
      + (user == nil ? ",elevateprivileges=deny" : "")
  }

  /// Of the control group: the machine's own, and what QEMU needs to run it.
  var limits: Limits {
    let mebibyte = 1 << 20
    let translated = accelerator == .tcg ? Self.translatedMebibytes * mebibyte : 0
    let own = record.size.memoryBytes / 32 + 256 * mebibyte + translated
    return Limits(
      cpuPercent: UInt64(record.size.cpu) * 100 + 50,
      memoryBytes: UInt64(record.size.memoryBytes + own),
      processes: UInt32(record.size.cpu) + 256, openFiles: 4096)
  }
}
