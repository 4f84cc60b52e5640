internal import OrienKit
internal import OrienMachineBackend

// What is told of machines. One whose QEMU does not answer is of unknown state, and never absent.
extension Machines {
  /// How long all of them together may take to be asked.
  private static let listMilliseconds: UInt64 = 20_000

  func list(_ call: borrowing Call) throws(Failure) -> [JSON] {
    let end = Clock.now + Self.listMilliseconds
    var machines: [JSON] = []
    for record in try Records(store: call.host.store).all() {
      let until = min(Clock.now + patienceMilliseconds, end)
      machines.append(
        record.machine(try state(of: record, until: until, call), port: engine.sshPort))
    }
    return machines
  }

  func info(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON {
    let record = try known(name, call)
    return record.machine(try state(of: record, call), port: engine.sshPort)
  }

  func probe(_ call: borrowing Call) throws(Failure) -> JSON {
    var told: [String: JSON] = ["engine": "qemu"]
    do throws(Failure) {
      let version = try engine.version(call)
      let isQuick = try engine.accelerator(call) == .kvm
      told["version"] = .string(version + (isQuick ? ", with KVM" : ", without KVM"))
      let images = try images.names()
      told["images"] = .array(images.map { .string($0) })
      told["available"] = .bool(!images.isEmpty)
      if images.isEmpty {
        told["reason"] = "there is no image to make machines from: orien vm image add brings one"
      }
    } catch {
      guard error.status != .cancelled else { throw error }
      told["available"] = false
      told["reason"] = .string(error.message)
    }
    return .object(told)
  }

  func state(of record: Record, _ call: borrowing Call) throws(Failure) -> MachineState {
    try state(of: record, until: Clock.now + patienceMilliseconds, call)
  }

  private func state(
    of record: Record, until: UInt64, _ call: borrowing Call
  ) throws(Failure) -> MachineState {
    switch claims.kind(of: record.name) {
    // QEMU hears one at a time, and whoever changes it is heard now.
    case .launch, .start: return .starting
    case .stop, .delete: return .stopping
    case nil: break
    }
    guard record.phase == .made else { return .unknown }
    return try engineState(of: record, until: until, call)
  }

  /// As QEMU has it, whoever changes it now.
  func engineState(
    of record: Record, until: UInt64, _ call: borrowing Call
  ) throws(Failure) -> MachineState {
    guard let status = try call.lasting.status(record.name), status.isRunning else {
      return .stopped
    }
    do throws(Failure) {
      let monitor = try monitor(record, until: until, call)
      let said = try monitor.ask("query-status", until: until)
      switch said["status"]?.string {
      case "running": return .running
      case "shutdown": return .stopping
      case nil: return .unknown
      // Paused, by somebody or for want of room on the disk.
      default: return .suspended
      }
    } catch {
      guard error.status != .cancelled else { throw error }
      return .unknown
    }
  }
}
