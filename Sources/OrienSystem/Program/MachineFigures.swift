import CLinux
import Glibc
package import OrienModel

/// What the kernel says of this machine at one moment.
package struct MachineFigures: Sendable {
  package var processors: Processors
  package var memory: Memory
  package var disk: DiskRoom
  /// Of the last ten seconds, where the kernel has pressure figures.
  package var memoryStallPercent: Int64?

  /// Time of all processors since the start, in the kernel's ticks.
  package struct Processors: Sendable {
    package var idle: UInt64
    package var all: UInt64

    package init(idle: UInt64, all: UInt64) {
      self.idle = idle
      self.all = all
    }

    /// How much of the time between was not idle; nothing where there is no time between.
    package func percent(since before: Processors?) -> Int64 {
      guard let before, all > before.all, idle >= before.idle else { return 0 }
      let (passed, rested) = (all - before.all, min(idle - before.idle, all - before.all))
      return Int64((passed - rested) * 100 / passed)
    }
  }

  package struct Memory: Sendable {
    package var totalBytes: UInt64
    package var availableBytes: UInt64

    package init(totalBytes: UInt64, availableBytes: UInt64) {
      self.totalBytes = totalBytes
      self.availableBytes = availableBytes
    }
  }

  package init(
    processors: Processors, memory: Memory, disk: DiskRoom, memoryStallPercent: Int64? = nil
  ) {
    self.processors = processors
    self.memory = memory
    self.disk = disk
    self.memoryStallPercent = memoryStallPercent
  }

  /// As they are now, with the disk that `folder` is on.
  package init(of folder: Folder) throws(Failure) {
    let text = { (path: String) throws(Failure) in
      try HostFile(at: path).text(atMostBytes: 1 << 20)
    }
    let disk: DiskRoom
    do throws(SystemError) { disk = try folder.room() } catch { throw error.failure(folder.path) }
    guard let processors = Processors(stat: try text("/proc/stat")),
      let memory = Memory(meminfo: try text("/proc/meminfo"))
    else {
      throw Failure(.internal, "proc", "/proc/stat or /proc/meminfo is not as the kernel writes it")
    }
    let pressure = "/proc/pressure/memory"
    let stall = HostFile.kind(at: pressure) == nil ? nil : try? text(pressure)
    self.init(
      processors: processors, memory: memory, disk: disk,
      memoryStallPercent: stall.flatMap(Self.stall))
  }

  /// Those that this process may run on.
  package static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// `full avg10=1.23 avg60=…`, rounded down.
  static func stall(_ text: String) -> Int64? {
    for line in text.split(separator: "\n") where line.hasPrefix("full ") {
      guard let word = line.split(separator: " ").first(where: { $0.hasPrefix("avg10=") }) else {
        continue
      }
      return word.dropFirst("avg10=".utf8.count).split(separator: ".").first.flatMap {
        Int64($0)
      }
    }
    return nil
  }
}

extension MachineFigures.Processors {
  /// The first line of `/proc/stat`; what waits for a disk is idle.
  init?(stat text: String) {
    guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    let numbers = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
    guard numbers.count >= 5 else { return nil }
    // Guests' time, the ninth and tenth, is in the first two already.
    self.init(idle: numbers[3] + numbers[4], all: numbers.prefix(8).reduce(0, +))
  }
}

extension MachineFigures.Memory {
  init?(meminfo text: String) {
    func kibibytes(_ name: String) -> UInt64? {
      text.split(separator: "\n").first { $0.hasPrefix(name) }
        .flatMap { $0.split(separator: " ").dropFirst().first }
        .flatMap { UInt64($0) }
    }
    guard let total = kibibytes("MemTotal:"), let available = kibibytes("MemAvailable:") else {
      return nil
    }
    self.init(totalBytes: total << 10, availableBytes: available << 10)
  }
}
