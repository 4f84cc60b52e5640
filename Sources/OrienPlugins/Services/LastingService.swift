import COrienABI
import OrienModel

/// `orien.lasting/1`: programs of the plugin that outlive the call and the node.
enum LastingService {
  private static let mostListBytes: UInt64 = 64 << 10
  static let mostNameBytes = 128

  static var table: orien_lasting {
    orien_lasting(
      size: ServiceTables.bytes(of: orien_lasting.self),
      start: { call, name, command, limits in
        LastingService.ask(
          call,
          {
            guard let name = LastingService.name(name),
              let command = command.flatMap(Command.init(copying:)), command.canLast
            else { return nil }
            guard let limits else { return .start(name, command, Limits()) }
            guard let limits = orien_limits.copy(from: limits).flatMap(Limits.init(lasting:)) else {
              return nil
            }
            return .start(name, command, limits)
          }, { answer, _ in answer == .done })
      },
      stop: { call, name, grace in
        LastingService.ask(
          call, { LastingService.name(name).map { .stop($0, graceMilliseconds: grace) } },
          { answer, _ in answer == .done })
      },
      status: { call, name, status, exit, usage in
        guard status.map({ orien_lasting_status.hasSoundSize($0) }) ?? true,
          exit.map({ orien_exit.hasSoundSize($0) }) ?? true,
          usage.map({ orien_usage.hasSoundSize($0) }) ?? true
        else { return CallStatus.invalid.rawValue }
        return LastingService.ask(
          call, { LastingService.name(name).map { .status($0) } },
          { answer, _ in
            guard case .status(let found) = answer else { return false }
            if let status { found.inC.fill(status) }
            if let exit { found.exit.inC.fill(exit) }
            if let usage { found.usage.inC.fill(usage) }
            return true
          })
      },
      output: { call, name, output in
        output?.pointee = orien_bytes(data: nil, size: 0)
        return LastingService.ask(
          call, { output == nil ? nil : LastingService.name(name).map { .output($0) } },
          { answer, plugin in
            guard case .output(let bytes) = answer else { return false }
            output?.pointee = plugin.lend(bytes)
            return true
          })
      },
      list: { call, prefix, after, names in
        names?.pointee = orien_bytes(data: nil, size: 0)
        return LastingService.ask(
          call,
          {
            guard names != nil, let prefix = LastingService.part(prefix),
              let after = LastingService.part(after)
            else { return nil }
            return .list(
              prefix: prefix ?? "", after: after, bytes: LastingService.mostListBytes)
          },
          { answer, plugin in
            guard case .names(let found) = answer else { return false }
            names?.pointee = plugin.lend(found.flatMap { Array($0.utf8) + [0] })
            return true
          })
      })
  }

  /// INVALID where there is nothing that can be asked; `take` answers whether it was given what it
  /// wanted. Also in open() and probe(), which have no host of their own.
  private static func ask(
    _ call: UnsafePointer<orien_call>?, _ request: () -> LastingRequest?,
    _ take: (LastingAnswer, PluginContext) -> Bool
  ) -> orien_status {
    CallFunctions.with(call) { running in
      guard let request = request() else { return .invalid }
      if running.isCancelled { return .cancelled }
      let plugin = running.plugin
      do throws(Failure) {
        let answer = try plugin.node.lasting(request, of: plugin.identity, for: running.host)
        return take(answer, plugin) ? .ok : .internal
      } catch {
        running.note(refusal: error)
        if error.code != .notFound, error.code != .conflict, error.code != .cancelled {
          plugin.log(.warning, "lasting: \(error.message)", call: running.id)
        }
        return CallStatus(error.code)
      }
    }
  }

  private static func name(_ pointer: UnsafePointer<CChar>?) -> LastingName? {
    (try? PluginText.copy(pointer, atMost: mostNameBytes)).flatMap { $0 }.flatMap(LastingName.init)
  }

  /// A copy of the text, or of nothing; nil where there is one that is no part of a name.
  private static func part(_ pointer: UnsafePointer<CChar>?) -> String?? {
    do { return .some(try PluginText.copy(pointer, atMost: mostNameBytes)) } catch { return nil }
  }
}

extension Command {
  /// Nothing of it is a call's own.
  var canLast: Bool {
    isOutside && !readsOnly && network == .granted && wallMilliseconds == nil
  }
}

extension Limits {
  /// Nil where one is set that nobody would hold it to.
  fileprivate init?(lasting limits: orien_limits) {
    let others = [
      limits.wall_ms, limits.cpu_ms, limits.output_bytes, limits.input_bytes, limits.disk_bytes,
      limits.disk_files, limits.file_bytes, limits.io_bytes_per_second,
      UInt64(limits.concurrency), UInt64(limits.network), UInt64(limits.reserved),
    ]
    guard others.allSatisfy({ $0 == 0 }) else { return nil }
    self.init()
    memoryBytes = limits.memory_bytes == 0 ? nil : limits.memory_bytes
    cpuPercent = limits.cpu_percent == 0 ? nil : limits.cpu_percent
    processes = limits.processes == 0 ? nil : UInt64(limits.processes)
    openFiles = limits.open_files == 0 ? nil : UInt64(limits.open_files)
  }
}

extension LastingStatus {
  fileprivate var inC: orien_lasting_status {
    orien_lasting_status(
      size: ServiceTables.bytes(of: orien_lasting_status.self), running: isRunning ? 1 : 0,
      started_ms: startedMilliseconds, ended_ms: endedMilliseconds ?? 0,
      memory_bytes: memoryBytes, processes: processes, reserved: 0)
  }
}

extension Usage {
  fileprivate var inC: orien_usage {
    orien_usage(
      size: ServiceTables.bytes(of: orien_usage.self), cpu_user_us: cpuUserMicroseconds,
      cpu_system_us: cpuSystemMicroseconds, memory_peak_bytes: memoryPeakBytes,
      read_bytes: readBytes, written_bytes: writtenBytes)
  }
}
