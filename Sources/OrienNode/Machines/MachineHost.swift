package import OrienKernel
import OrienLedger
package import OrienModel
import OrienSystem

/// What keeps machines: a backend of `vm/1`, or what a test has in its place. Each question is answered
/// once, on the loop and never before the asking returns; failures are those of the role's page.
package protocol MachineHost: AnyObject {
  /// Which backend has the machines that are made now; nil where there is none.
  var backend: String? { get }
  /// Why none can be made now; nil where that is not known to be so.
  var trouble: Failure? { get }
  /// The machines of this name that the last node asked for without hearing what came of it.
  var unheard: Set<String> { get }

  func launch(_ order: MachineOrder, then answer: @escaping (Result<Machine, Failure>) -> Void)
  func list(then answer: @escaping (Result<[Machine], Failure>) -> Void)
  func info(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void)
  func start(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void)
  func stop(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void)
  /// Whether there was one.
  func delete(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void)
}

/// The backend of `vm/1` that the node has now.
package final class RoleMachines: MachineHost {
  package static let role = "vm/1"
  private let kernel: Kernel

  package init(_ kernel: Kernel) { self.kernel = kernel }

  package var backend: String? { try? kernel.backend(of: Self.role) }

  package var trouble: Failure? { kernel.trouble(of: Self.role) }

  package var unheard: Set<String> {
    Set(
      kernel.operations.unreconciled.compactMap { intent in
        guard intent.role == Self.role, intent.operation == "launch" else { return nil }
        return (try? JSON(parsing: intent.arguments))?["name"]?.string
      })
  }

  package func launch(
    _ order: MachineOrder, then answer: @escaping (Result<Machine, Failure>) -> Void
  ) {
    let milliseconds = order.deadline.clampedNanoseconds / 1_000_000
    let arguments: [JSON.Member] = [
      .init("name", .string(order.name)), .init("hostname", .string(order.hostname)),
      .init("image", .string(order.image)), .init("cpu", .integer(order.size.cpu)),
      .init("memory_bytes", .integer(order.size.memoryBytes)),
      .init("disk_bytes", .integer(order.size.diskBytes)),
      .init("keys", .array(order.keys.map { .string($0) })),
      .init("deadline_milliseconds", .integer(Int64(milliseconds))),
    ]
    // The backend has a moment more to say that it was late.
    perform("launch", arguments, within: order.deadline + .seconds(30)) { result in
      answer(result.machine)
    }
  }

  package func list(then answer: @escaping (Result<[Machine], Failure>) -> Void) {
    perform("list", []) { result in
      answer(
        result.flatMap { json in
          Result { () throws(Failure) in
            try (json["machines"]?.array ?? []).map { json throws(Failure) in try Machine(json) }
          }
        })
    }
  }

  package func info(
    _ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void
  ) { ask("info", name, answer) }

  package func start(
    _ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void
  ) { ask("start", name, answer) }

  package func stop(
    _ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void
  ) { ask("stop", name, answer) }

  package func delete(
    _ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void
  ) {
    perform("delete", [.init("name", .string(name))]) { result in
      answer(result.map { $0["existed"]?.bool ?? false })
    }
  }

  private func ask(
    _ operation: String, _ name: String, _ answer: @escaping (Result<Machine, Failure>) -> Void
  ) {
    perform(operation, [.init("name", .string(name))]) { answer($0.machine) }
  }

  private func perform(
    _ operation: String, _ arguments: [JSON.Member], within patience: Duration? = nil,
    _ answer: @escaping (Result<JSON, Failure>) -> Void
  ) {
    kernel.perform(
      operation, of: Self.role, .object(arguments), within: patience, then: answer)
  }
}

extension Result where Success == JSON, Failure == OrienModel.Failure {
  fileprivate var machine: Result<Machine, Failure> {
    flatMap { json in
      Result<Machine, Failure> { () throws(Failure) in
        guard let machine = json["machine"] else {
          throw Failure(.internal, "bad-machine", "a backend answers without a machine")
        }
        return try Machine(machine)
      }
    }
  }
}
