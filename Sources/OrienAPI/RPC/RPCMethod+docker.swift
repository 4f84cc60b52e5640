import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

extension RPCMethod {
  static let dockerExecute: RPCMethod = RPCMethod(
    name: "docker/execute",
    summary: "Run a script of a session in a container: it finds /data/input, and writes to "
      + "/data/output.",
    parameters: [
      Parameter("session_id", "string", isRequired: true, "The session of the files"),
      Parameter("script_path", "string", isRequired: true, "A file of the session"),
      Parameter("image", "string", "The image; else the backend's own"),
      Parameter("input_files", "array", "Files of the session that the script finds as well"),
      Parameter("output_files", "array", "What the script writes and the answer has"),
      Parameter("timeout", "integer", "Seconds, from 1 to 300; 60 where none are given"),
      Parameter("memory_limit", "string", "As 512m, which it is where none is given"),
    ]
  ) { api, caller, parameters, answer throws(RPCError) in
    let request = try ContainerRequest(parameters)
    do throws(Failure) { _ = try api.sandboxTool(among: ["docker-run"]) } catch {
      throw RPCError(error)
    }
    let session = SessionKey(request.session, of: caller.owner)
    SessionFiles.read([request.script] + request.inputs, of: session, by: api) { result in
      switch result {
      case .failure(let failure): answer(.failure(RPCError(failure)))
      case .success(let files): api.run(request, on: files, for: caller, then: answer)
      }
    }
  }
}

extension API {
  /// In a session of its own, so that nothing of the caller's is the script's to change.
  fileprivate func run(
    _ request: ContainerRequest, on files: [SessionFile], for caller: Caller,
    then answer: @escaping (Result<JSON, RPCError>) -> Void
  ) {
    var job = SandboxJob(
      tool: "docker-run", files: files.map { ($0.path, $0.bytes) }, arguments: request.arguments,
      terms: Terms(sandbox, seconds: request.seconds), timeoutSeconds: request.seconds,
      artifactBytes: sandbox.artifactBytes)
    job.terms.limits.memoryBytes = min(request.memoryBytes, sandbox.memoryBytes)
    if !request.outputs.isEmpty { job.terms.artifacts = ArtifactWish() }
    SandboxRun(job, self, for: caller) { result in
      answer(result.map { $0.container(telling: request.outputs) }.mapError(RPCError.init(ofRun:)))
    }.begin()
  }
}

extension RPCError {
  /// What a caller has asked for and cannot have is his to change.
  fileprivate init(ofRun failure: Failure) {
    self.init(failure)
    let callers: Set = [
      "bad-image", "image-not-allowed", "image-has-volumes", "no-program-in-image",
    ]
    if callers.contains(failure.reason) { code = -32602 }
  }
}

extension RunAnswer {
  /// As the dialect tells it. A file that the script has not written, or that is too long, is null.
  fileprivate func container(telling outputs: [FolderPath]) -> JSON {
    let files = outputs.map { path in
      let written = artifacts.first { $0.file.path.text == path.text }
      return JSON.Member(path.text, written.map { .string(Self.text(of: $0.bytes)) } ?? .null)
    }
    let isWell = record.status == .completed && record.exitCode == 0
    let said = String(decoding: errors, as: UTF8.self)
    return .object([
      JSON.Member("success", .bool(isWell)),
      JSON.Member("exit_code", .integer(record.exitCode.map(Int64.init) ?? -1)),
      JSON.Member("output", .string(String(decoding: output, as: UTF8.self))),
      JSON.Member("error", isWell && said.isEmpty ? .null : .string(record.message ?? said)),
      JSON.Member("output_files", .object(files)),
      JSON.Member("execution_time", .number(Double(record.runningMicroseconds) / 1_000_000)),
      JSON.Member("execution_id", .string(report.id.description)),
      JSON.Member("sandbox", .string(sandbox)),
    ])
  }
}
