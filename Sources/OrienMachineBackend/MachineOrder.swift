package import OrienCloudInit
package import OrienKit

/// A machine as somebody wants it.
package struct MachineOrder: Sendable {
  package let name: String
  /// Empty: the usual one.
  package var image: String
  package let size: MachineSize
  /// What it is told at its first start.
  package let seed: CloudInit
  package let deadlineMilliseconds: Int
}

package struct MachineSize: Sendable, Equatable {
  package let cpu: Int
  package let memoryBytes: Int
  package let diskBytes: Int

  package init(cpu: Int, memoryBytes: Int, diskBytes: Int) {
    self.cpu = cpu
    self.memoryBytes = memoryBytes
    self.diskBytes = diskBytes
  }

  /// As vm/1 has it.
  package var members: [String: JSON] {
    [
      "cpu": .integer(cpu), "memory_bytes": .integer(memoryBytes),
      "disk_bytes": .integer(diskBytes),
    ]
  }
}
