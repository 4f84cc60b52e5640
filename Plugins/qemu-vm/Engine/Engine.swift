internal import CQemuMachines
internal import OrienKit
internal import Synchronization

/// QEMU's programs, which the manifest lets this plugin start outside of the jail.
final class Engine: Sendable {
  /// What machines reach: the first of these that can be had.
  let reaches: [Reach]
  let sshPort: Int
  private let user: String
  private let wanted: CommandLine.Accelerator?
  private let state = Mutex(State())

  private struct State {
    var accelerator: CommandLine.Accelerator?
    var isRoot: Bool?
    var absence: Failure?
  }

  init(_ accelerator: String, reaches: [Reach], user: String, sshPort: Int) {
    wanted = CommandLine.Accelerator(rawValue: accelerator)
    self.reaches = reaches
    self.user = user
    self.sshPort = sshPort
  }

  /// What a program says of itself, when it has ended.
  func run(
    _ program: String, _ words: [String], within milliseconds: UInt64, _ call: borrowing Call
  ) throws(Failure) -> Captured {
    do throws(Failure) {
      return try call.run(
        Command(program, words, wallMilliseconds: milliseconds, isOutside: true),
        capturing: 64 << 10)
    } catch {
      switch error.status {
      case .cancelled, .denied, .unavailable, .limited: throw error
      default:
        throw Failure(
          .unavailable,
          "\(program) cannot be started (\(error.message)): the packages qemu-system-x86, "
            + "qemu-utils and openssh-client have what is needed", reason: "engine-absent")
      }
    }
  }

  /// Throws where QEMU is not there.
  func checkPresence(_ call: borrowing Call) throws(Failure) {
    if let absence = state.withLock({ $0.absence }) { throw absence }
  }

  /// Its version, `7.2.22`.
  func version(_ call: borrowing Call) throws(Failure) -> String {
    do throws(Failure) {
      let said = try run(CommandLine.program, ["--version"], within: 5000, call)
      let words = String(decoding: said.output, as: UTF8.self).split(separator: " ")
      guard said.exit.isSuccess, words.count > 3 else {
        throw Failure(.unavailable, "qemu does not say its version", reason: "engine-absent")
      }
      state.withLock { $0.absence = nil }
      return String(words[3].prefix { $0 != "(" && $0 != "\n" })
    } catch {
      if error.reason == "engine-absent" { state.withLock { $0.absence = error } }
      throw error
    }
  }

  /// How a machine is run on this one.
  func commandLine(
    _ record: Record, _ reach: Reach, _ call: borrowing Call
  ) throws(Failure) -> CommandLine {
    CommandLine(
      record: record, accelerator: try accelerator(call), reach: reach,
      user: try isRoot(call) ? user : nil, sshPort: sshPort)
  }

  // MARK: What this machine is

  /// Who the programs outside are; this one is somebody else.
  private func isRoot(_ call: borrowing Call) throws(Failure) -> Bool {
    if let known = state.withLock({ $0.isRoot }) { return known }
    let said = try run("id", ["-u"], within: 5000, call)
    guard said.exit.isSuccess else {
      throw Failure(.unavailable, "id does not say who this is", reason: "engine-absent")
    }
    let isRoot = said.output == Array("0\n".utf8)
    state.withLock { $0.isRoot = isRoot }
    return isRoot
  }

  func accelerator(_ call: borrowing Call) throws(Failure) -> CommandLine.Accelerator {
    if let wanted { return wanted }
    if let known = state.withLock({ $0.accelerator }) { return known }
    let found: CommandLine.Accelerator = try Trial.run(by: self, call) ? .kvm : .tcg
    state.withLock { $0.accelerator = found }
    call.log(
      .info,
      found == .kvm
        ? "machines run on KVM" : "KVM does not work here: machines run without it, and slowly")
    return found
  }
}
