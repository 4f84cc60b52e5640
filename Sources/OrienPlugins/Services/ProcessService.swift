import COrienABI
import OrienModel

/// `orien.process/1`: programs under the call's limits.
enum ProcessService {
  static var table: orien_process {
    orien_process(
      size: ServiceTables.bytes(of: orien_process.self),
      exec: { call, command in
        CallFunctions.withHost(call) { running, host in
          guard let command = command.flatMap(Command.init(copying:)) else { return .invalid }
          return host.isCancelled ? .cancelled : running.exec(command)
        }
      },
      run: { call, command, exit, capture, output, errors in
        output?.pointee = orien_bytes(data: nil, size: 0)
        errors?.pointee = orien_bytes(data: nil, size: 0)
        return CallFunctions.withHost(call) { running, host in
          // Half a capture is neither: the other stream would go nowhere.
          guard (output == nil) == (errors == nil),
            exit.map({ orien_exit.hasSoundSize($0) }) ?? true,
            let command = command.flatMap(Command.init(copying:))
          else { return .invalid }
          if host.isCancelled { return .cancelled }
          do throws(Failure) {
            let result = try host.run(command, captureBytes: output == nil ? nil : capture)
            if let exit { result.exit.inC.fill(exit) }
            output?.pointee = running.plugin.lend(result.output)
            errors?.pointee = running.plugin.lend(result.errors)
            return .ok
          } catch {
            running.note(refusal: error)
            running.plugin.log(
              .warning, "\(command.arguments[0]) was not run: \(error.message)", call: running.id)
            return CallStatus(error.code)
          }
        }
      })
  }
}

extension Command {
  // More than the jail takes, so that it is the jail that refuses what a customer asked for, and
  // nobody's handler.
  private static let mostTexts = 1 << 16
  private static let mostTextBytes = 8 << 20
  private static let mostInputBytes = 16 << 20
  private static let flags = UInt32(
    ORIEN_OUTSIDE | ORIEN_READS_ONLY | ORIEN_OFFLINE | ORIEN_ONLINE)

  /// Within the bounds, and it makes sense.
  var isSound: Bool {
    arguments.first?.isEmpty == false
      && environment.allSatisfy { $0.contains("=") && !$0.hasPrefix("=") }
      && input.count <= Self.mostInputBytes
      && [arguments, environment].allSatisfy { texts in
        texts.count <= Self.mostTexts
          && texts.reduce(0) { $0 + $1.utf8.count } <= Self.mostTextBytes
          && texts.allSatisfy { !$0.utf8.contains(0) }
      }
  }

  /// A copy; nil where it is not sound.
  init?(copying pointer: UnsafePointer<orien_command>) {
    guard let command = orien_command.copy(from: pointer),
      command.flags & ~Self.flags == 0,
      let arguments = PluginText.copyAll(
        command.argv, atMost: Self.mostTexts, bytes: Self.mostTextBytes),
      let environment = PluginText.copyAll(
        command.env, atMost: Self.mostTexts, bytes: Self.mostTextBytes),
      let input = command.input.buffer, input.count <= Self.mostInputBytes
    else { return nil }
    self.init(
      arguments, environment: environment, input: Array(input),
      wallMilliseconds: command.wall_ms == 0 ? nil : command.wall_ms,
      isOutside: command.flags & UInt32(ORIEN_OUTSIDE) != 0,
      readsOnly: command.flags & UInt32(ORIEN_READS_ONLY) != 0,
      network: Network(flags: command.flags))
    guard isSound else { return nil }
  }
}

extension Command.Network {
  /// Who wants none and some has none.
  fileprivate init(flags: UInt32) {
    if flags & UInt32(ORIEN_OFFLINE) != 0 {
      self = .none
    } else {
      self = flags & UInt32(ORIEN_ONLINE) != 0 ? .needed : .granted
    }
  }
}
