/// What a machine has, and what is left of this one.
package struct MachineSize: Sendable, Equatable {
  package var cpu: Int64
  package var memoryBytes: Int64
  package var diskBytes: Int64

  package static let none = MachineSize(cpu: 0, memoryBytes: 0, diskBytes: 0)

  package init(cpu: Int64, memoryBytes: Int64, diskBytes: Int64) {
    self.cpu = cpu
    self.memoryBytes = memoryBytes
    self.diskBytes = diskBytes
  }

  package static func + (a: Self, b: Self) -> Self {
    Self(
      cpu: a.cpu + b.cpu, memoryBytes: a.memoryBytes + b.memoryBytes,
      diskBytes: a.diskBytes + b.diskBytes)
  }

  package static func - (a: Self, b: Self) -> Self {
    Self(
      cpu: a.cpu - b.cpu, memoryBytes: a.memoryBytes - b.memoryBytes,
      diskBytes: a.diskBytes - b.diskBytes)
  }

  /// No part of it is more than `other` has.
  package func fits(in other: Self) -> Bool {
    cpu <= other.cpu && memoryBytes <= other.memoryBytes && diskBytes <= other.diskBytes
  }

  /// How many of this one `other` has room for; none where it is nothing.
  package func count(in other: Self) -> Int64 {
    let parts = [
      (cpu, other.cpu), (memoryBytes, other.memoryBytes), (diskBytes, other.diskBytes),
    ]
    return parts.filter { $0.0 > 0 }.map { max(0, $0.1 / $0.0) }.min() ?? 0
  }

  /// None of it is below nothing.
  package var clamped: Self {
    Self(cpu: max(0, cpu), memoryBytes: max(0, memoryBytes), diskBytes: max(0, diskBytes))
  }
}

// MARK: In GB of 1024 to the third, as everybody of the dialect has it

extension MachineSize {
  package static let gibibyte: Int64 = 1 << 30

  package init(cpu: Int64, memoryGiB: Int64, diskGiB: Int64) {
    self.init(
      cpu: cpu, memoryBytes: memoryGiB * Self.gibibyte, diskBytes: diskGiB * Self.gibibyte)
  }

  /// What the usual ones are called, the smallest first.
  package static let named: [(name: String, size: MachineSize)] = [
    ("small", MachineSize(cpu: 1, memoryGiB: 1, diskGiB: 10)),
    ("medium", MachineSize(cpu: 2, memoryGiB: 4, diskGiB: 20)),
    ("large", MachineSize(cpu: 4, memoryGiB: 8, diskGiB: 40)),
    ("xlarge", MachineSize(cpu: 8, memoryGiB: 16, diskGiB: 80)),
  ]

  package init?(named name: String) {
    guard let size = Self.named.first(where: { $0.name == name })?.size else { return nil }
    self = size
  }

  package var memoryGiB: Int64 {
    get { memoryBytes / Self.gibibyte }
    set { memoryBytes = newValue * Self.gibibyte }
  }

  package var diskGiB: Int64 {
    get { diskBytes / Self.gibibyte }
    set { diskBytes = newValue * Self.gibibyte }
  }
}
