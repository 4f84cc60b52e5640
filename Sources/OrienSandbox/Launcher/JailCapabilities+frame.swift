import COrienJail
import OrienModel

extension JailCapabilities {
  init(_ capabilities: orien_jail_capabilities) {
    self.init(
      enforcedBy: [
        "memoryBytes": Enforcement(jail: capabilities.memory),
        "cpuPercent": Enforcement(jail: capabilities.cpu_percent),
        "cpuMilliseconds": Enforcement(jail: capabilities.cpu_milliseconds),
        "processes": Enforcement(jail: capabilities.processes),
        "fileBytes": Enforcement(jail: capabilities.file_bytes),
        "openFiles": Enforcement(jail: capabilities.open_files),
        "ioBytesPerSecond": Enforcement(jail: capabilities.io_bytes_per_second),
      ],
      killsByGroup: capabilities.kills_by_group != 0,
      metersByGroup: capabilities.meters_by_group != 0,
      confinesSignals: capabilities.confines_signals != 0,
      walls: Walls(jail: capabilities.walls), whyNotMore: Self.why(capabilities))
  }

  private static func why(_ capabilities: orien_jail_capabilities) -> String? {
    let text = String(field: capabilities.why)
    return text.isEmpty ? nil : text
  }
}

extension JailCapabilities.Walls {
  fileprivate init(jail number: UInt32) {
    self =
      switch number {
      case ORIEN_JAIL_WALLS_USER.rawValue: .user
      case ORIEN_JAIL_WALLS_ROOT.rawValue: .root
      default: .none
      }
  }
}

extension Enforcement {
  fileprivate init(jail number: UInt32) {
    self =
      switch number {
      case ORIEN_JAIL_BY_RLIMIT.rawValue: .rlimit
      case ORIEN_JAIL_BY_CGROUP1.rawValue: .cgroup1
      case ORIEN_JAIL_BY_CGROUP2.rawValue: .cgroup2
      default: .none
      }
  }
}
