import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

extension RPCMethod {
  static let dockerExecute: RPCMethod = RPCMethod(
    name: "docker/execute",
    summary: "Run a script of a session in a container, where there are any.",
    parameters: [
      Parameter("session_id", "string", isRequired: true, "The session of the files"),
      Parameter("script_path", "string", isRequired: true, "A file of the session"),
      Parameter("image", "string", "The image; else the backend's own"),
      Parameter("input_files", "array", "Files of the session that have to be there"),
      Parameter("output_files", "array", "Files that the answer has, as the script left them"),
      Parameter("timeout", "integer", "Seconds, from 1 to 300; 60 where none are given"),
      Parameter("memory_limit", "string", "As 512m"),
    ]
  ) { api, caller, parameters, answer throws(RPCError) in
    let request = try ContainerRequest(parameters)
    do throws(Failure) { _ = try api.sandboxTool(among: ["docker-run"]) } catch {
      throw RPCError(error)
    }
    ContainerCall(request, api, for: caller, then: answer).begin()
  }
}

/// What `docker/execute` is asked.
struct ContainerRequest {
  var session: SessionID
  var script: String
  var image: String?
  var inputs: [String]
  var outputs: [String]
  var seconds: Int64
  var memoryBytes: UInt64

  private static let interpreters = ["js": "node", "mjs": "node", "sh": "sh"]

  init(_ parameters: RPCParameters) throws(RPCError) {
    guard let session = try parameters.text("session_id").flatMap({ SessionID($0) }) else {
      throw .invalidParams("session_id: expected the session that the files lie in")
    }
    guard let script = try parameters.text("script_path") else {
      throw .invalidParams("script_path: expected a file of the session")
    }
    self.session = session
    self.script = script
    image = try parameters.text("image")
    inputs = try parameters.texts("input_files")
    outputs = try parameters.texts("output_files")
    seconds = try parameters.whole("timeout", 1...300) ?? 60
    let memory = try parameters.text("memory_limit") ?? "512m"
    guard let bytes = Self.bytes(memory), bytes >= 1 << 20 else {
      throw .invalidParams("memory_limit: expected bytes, as 512m, got \(memory)")
    }
    memoryBytes = bytes
    for path in [script] + inputs + outputs {
      do throws(Failure) { _ = try FolderPath(path) } catch {
        throw .invalidParams("\(path): \(error.message)")
      }
    }
  }

  private static func bytes(_ text: String) -> UInt64? {
    let powers: [Character: UInt64] = ["b": 0, "k": 10, "m": 20, "g": 30]
    guard let last = text.last else { return nil }
    let power = powers[Character(last.lowercased())]
    guard let count = UInt64(power == nil ? text : String(text.dropLast())), count < 1 << 30 else {
      return nil
    }
    return count << (power ?? 0)
  }

  /// The script is a word of its own, and its folders are where a container has the workspace.
  var arguments: JSON {
    let ending = script.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let words = [Self.interpreters[ending] ?? "python3", "./" + script]
    var members = [
      JSON.Member("command", .array(words.map { .string($0) })),
      JSON.Member("readonly", .bool(false)),
    ]
    if let image { members.append(JSON.Member("image", .string(image))) }
    return .object(members)
  }
}

/// One `docker/execute`, from the proof of its files to its answer. Belongs to the loop; alive until
/// it has answered.
private final class ContainerCall {
  private let request: ContainerRequest
  private let api: API
  private let caller: Caller
  private let answer: (Result<JSON, RPCError>) -> Void

  init(
    _ request: ContainerRequest, _ api: API, for caller: Caller,
    then answer: @escaping (Result<JSON, RPCError>) -> Void
  ) {
    self.request = request
    self.api = api
    self.caller = caller
    self.answer = answer
  }

  private func fail(_ failure: Failure) { answer(.failure(RPCError(failure))) }

  func begin() {
    let session = SessionKey(request.session, of: caller.owner)
    api.workspaces.open(session, creating: false) { [self] result in
      guard case .success(let workspace) = result else { return fail(result.failure) }
      let files = ([request.script] + request.inputs).map { (argument: "files", path: $0) }
      api.workspaces.prove(files, in: workspace) { [self] result in
        guard case .success = result else { return fail(result.failure) }
        submit()
      }
    }
  }

  private func submit() {
    var terms = Terms(api.sandbox, seconds: request.seconds)
    terms.limits.memoryBytes = min(request.memoryBytes, api.sandbox.memoryBytes)
    let submission = Submission(
      tool: "docker-run", arguments: request.arguments, session: request.session,
      owner: caller.owner, terms: terms)
    api.kernel.submit(submission) { [self] result in
      guard case .success(let report) = result else { return fail(result.failure) }
      wait(for: report.id)
    }
  }

  private func wait(for id: ExecutionID) {
    api.kernel.report(id, for: caller, waiting: .seconds(60)) { [self] result in
      guard case .success(let report) = result else { return fail(result.failure) }
      guard let record = report.final else {
        guard !api.kernel.isDraining || report.status == .running else {
          return fail(Failure(.unavailable, "draining", "the node is going down"))
        }
        return wait(for: id)
      }
      api.kernel.readOutput(of: report, .output, from: 0, atMost: 1 << 20) { [self] output in
        api.kernel.readOutput(of: report, .errors, from: 0, atMost: 1 << 20) { [self] errors in
          tell(record, report.id, (try? output.get()) ?? [], (try? errors.get()) ?? [])
        }
      }
    }
  }

  private func tell(
    _ record: FinalRecord, _ id: ExecutionID, _ output: [UInt8], _ errors: [UInt8]
  ) {
    let links = request.outputs.map { path in
      JSON.Member(path, .string("/sessions/\(request.session)/files/\(path)"))
    }
    answer(
      .success(
        .object([
          JSON.Member("success", .bool(record.status == .completed && record.exitCode == 0)),
          JSON.Member("exit_code", .integer(record.exitCode.map(Int64.init) ?? -1)),
          JSON.Member("output", .string(String(decoding: output, as: UTF8.self))),
          JSON.Member(
            "error",
            .string(record.message ?? String(decoding: errors, as: UTF8.self))),
          JSON.Member("output_files", .object(links)),
          JSON.Member("execution_time", .number(Double(record.runningMicroseconds) / 1_000_000)),
          JSON.Member("execution_id", .string(id.description)),
        ])))
  }
}

extension Result where Failure == OrienModel.Failure {
  /// Of what failed.
  fileprivate var failure: Failure {
    guard case .failure(let failure) = self else { preconditionFailure("it did not fail") }
    return failure
  }
}
