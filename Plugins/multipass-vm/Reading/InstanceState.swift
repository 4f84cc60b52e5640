/// What an instance is doing, in the words of vm/1.
enum InstanceState: String, Sendable {
  case starting, running, stopping, stopped, suspended, deleted, unknown

  /// Of multipass' word for it. One that nobody here has heard of is unknown, and no fault.
  init(_ word: String) {
    self =
      switch word.lowercased() {
      case "running": .running
      case "starting", "restarting": .starting
      // It runs until its time has come, or its memory is saved.
      case "delayed shutdown", "suspending": .stopping
      case "stopped": .stopped
      case "suspended": .suspended
      case "deleted": .deleted
      default: .unknown
      }
  }
}
