internal import OrienKit
internal import OrienMachineBackend

extension MachineOrder {
  /// The words of multipass' command line. Sizes are whole bytes, so that nobody rounds them.
  func words(seed: String, within milliseconds: Int) -> [String] {
    let seconds = max(1, (milliseconds + 999) / 1000)
    return [
      "launch", image, "--name", name, "--cpus", String(size.cpu),
      "--memory", String(size.memoryBytes), "--disk", String(size.diskBytes),
      "--cloud-init", seed, "--timeout", String(seconds),
    ]
  }

  func record(_ phase: Record.Phase) -> Record {
    Record(
      name: name, phase: phase, cpu: size.cpu, memoryBytes: size.memoryBytes,
      diskBytes: size.diskBytes, image: image)
  }
}
