/// A limit by the name under which an operator may require that the kernel holds it: without, a call
/// is refused rather than run with less than was meant.
package enum RequiredLimit: String, Sendable, CaseIterable {
  case memory, cpu, cpuTime, processes, openFiles, fileSize, workspaceBytes, workspaceFiles, io

  /// The name that it has in `Limits.named`.
  package var limit: String {
    switch self {
    case .memory: "memoryBytes"
    case .cpu: "cpuPercent"
    case .cpuTime: "cpuMilliseconds"
    case .processes: "processes"
    case .openFiles: "openFiles"
    case .fileSize: "fileBytes"
    case .workspaceBytes: "diskBytes"
    case .workspaceFiles: "diskFiles"
    case .io: "ioBytesPerSecond"
    }
  }

  /// It is meant of each process or file by itself, so that an rlimit is the whole of it.
  package var isOfEachProcess: Bool { self == .openFiles || self == .fileSize }

  /// It is the workspace's, whoever writes to it.
  package var isOfWorkspace: Bool { self == .workspaceBytes || self == .workspaceFiles }

  /// What would hold it for all processes of a call, where something would.
  package var remedy: String {
    switch self {
    case .memory: "a control group with the memory controller would"
    case .cpu: "a control group with the cpu controller would"
    case .cpuTime: "a control group of version 2 would"
    case .processes: "a control group with the pids controller would"
    case .openFiles, .fileSize: "an rlimit would"
    case .workspaceBytes, .workspaceFiles: "an image would (WORKSPACE_QUOTA)"
    case .io: "a control group with the io controller would"
    }
  }
}
