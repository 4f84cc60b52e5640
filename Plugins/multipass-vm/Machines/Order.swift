internal import OrienCloudInit
internal import OrienKit

/// What is to be launched, as the caller wants it.
struct Order: Sendable {
  var name: String
  var image: String
  var cpu: Int
  var memoryBytes: Int
  var diskBytes: Int
  var deadlineMilliseconds: Int
  var seed: CloudInit

  /// The words of multipass' command line. Sizes are whole bytes, so that nobody rounds them.
  func words(seed: String, within milliseconds: Int) -> [String] {
    let seconds = max(1, (milliseconds + 999) / 1000)
    return [
      "launch", image, "--name", name, "--cpus", String(cpu), "--memory", String(memoryBytes),
      "--disk", String(diskBytes), "--cloud-init", seed, "--timeout", String(seconds),
    ]
  }

  func record(_ phase: Record.Phase) -> Record {
    Record(
      name: name, phase: phase, cpu: cpu, memoryBytes: memoryBytes, diskBytes: diskBytes,
      image: image)
  }
}
