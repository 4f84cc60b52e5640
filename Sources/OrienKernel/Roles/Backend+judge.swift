import OrienModel
import OrienPlugins

/// What a backend made of an operation, as its page allows it.
struct OperationEnd {
  /// Within the page, as compact JSON is read: fallbacks filled in.
  var result: Result<JSON, Failure>
  /// The same for the ledger, without secrets.
  var stored: [UInt8]
  /// Nobody can tell whether it happened: the backend died over it, has not returned, or said what
  /// means nothing.
  var isUnknown = false
  var usage = Usage()
}

extension Backend {
  /// What a handler that returned has answered, or why that is no answer. `output` is what it emitted.
  func judge(
    _ operation: RoleOperation, _ result: CallResult, output: [UInt8]
  ) -> OperationEnd {
    switch result.outcome {
    case .done: return answer(operation, output)
    case .exec: return misbehaved(operation, "wants to go on as a program")
    // What the node says of the plugin's process is no word of the backend's.
    case .failed(let failure) where !result.wasCalled: return .init(failure)
    case .failed(let failure) where failure.reason == "plugin-crash":
      var end = OperationEnd(failure)
      end.isUnknown = true
      return end
    case .failed(let failure) where operation.lists(failure): return .init(failure)
    case .failed(let failure):
      let code = failure.code.pageName ?? "internal"
      return misbehaved(
        operation, "failed as \(code) (\(failure.reason)), which is not listed: \(failure.message)")
    }
  }

  private func answer(_ operation: RoleOperation, _ output: [UInt8]) -> OperationEnd {
    let most = operation.limits.outputBytes ?? .max
    guard UInt64(output.count) <= most else {
      return misbehaved(operation, "answered with more than \(most) bytes")
    }
    do throws(Failure) {
      let json = output.isEmpty ? .object([]) : try JSON(parsing: output)
      let checked = try CheckedArguments(checking: json, against: operation.result, base: "result")
      return OperationEnd(
        result: .success(try JSON(parsing: checked.packed)), stored: checked.stored)
    } catch {
      return misbehaved(operation, "answered with what is no answer: \(error.message)")
    }
  }

  private func misbehaved(_ operation: RoleOperation, _ what: String) -> OperationEnd {
    var end = OperationEnd(
      Failure(
        .internal, "backend-misbehaved",
        "plugin \(plugin.id): \(operation.name) of \(page.id) \(what)"))
    end.isUnknown = true
    return end
  }
}

extension OperationEnd {
  init(_ failure: Failure) {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("reason", failure.reason)
      writer.field("message", failure.message)
    }
    self.init(result: .failure(failure), stored: writer.bytes)
  }
}
