import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

extension RPCMethod {
  static let pythonExecute: RPCMethod = RPCMethod(
    name: "python/execute",
    summary: "Run Python that computes: without network, processes, or files but its own.",
    parameters: [
      Parameter("code", "string", "What to run; what it calls result is the answer's result"),
      Parameter("file", "string", "The same, in a file of the session that session_id names"),
      Parameter("session_id", "string", "The session of the file"),
      Parameter("context", "object", "Names that the code finds"),
      Parameter("input_data", "object", "What it finds as input_data; any value"),
      Parameter("timeout", "integer", "Seconds, from 1 to 300; 30 where none are given"),
    ]
  ) { api, caller, parameters, answer throws(RPCError) in
    let request = try PythonRequest(parameters)
    guard let file = request.file else { return api.run(request, for: caller, then: answer) }
    SessionFiles.read([file.path], of: SessionKey(file.session, of: caller.owner), by: api) {
      result in
      switch result.flatMap({ $0[0].text }) {
      case .failure(let failure): answer(.failure(RPCError(failure)))
      case .success(let code):
        var request = request
        request.code = code
        api.run(request, for: caller, then: answer)
      }
    }
  }
}

/// What `python/execute` is asked.
struct PythonRequest {
  var code: String
  /// Where the code is, if not here.
  var file: (path: FolderPath, session: SessionID)?
  var context: JSON
  var input: JSON
  var seconds: Int64

  init(_ parameters: RPCParameters) throws(RPCError) {
    let code = try parameters.text("code")
    let path = try parameters.text("file")
    let session = try parameters.text("session_id")
    guard (code == nil) != (path == nil) else { throw .invalidParams("expected code or file") }
    self.code = code ?? ""
    if let path {
      guard let id = session.flatMap({ SessionID($0) }) else {
        throw .invalidParams("session_id: expected the session that the file lies in")
      }
      do throws(Failure) { file = (try FolderPath(path), id) } catch {
        throw .invalidParams("file: \(error.message)")
      }
    }
    context = parameters["context"] ?? .object([])
    guard context.members != nil else {
      throw .invalidParams("context: expected an object, got \(context.kindName)")
    }
    input = parameters["input_data"] ?? .null
    seconds = try parameters.whole("timeout", 1...300) ?? 30
  }
}

extension API {
  /// On the jail alone: nobody knows what the Python of an image can do.
  fileprivate func run(
    _ request: PythonRequest, for caller: Caller,
    then answer: @escaping (Result<JSON, RPCError>) -> Void
  ) {
    let data = JSON.object([
      JSON.Member("context", request.context), JSON.Member("input_data", request.input),
    ])
    var job = SandboxJob(
      tool: "jail-run",
      files: [
        ("main.py", Array(PythonGuard.script.utf8)), ("code.py", Array(request.code.utf8)),
        ("data.json", data.compact),
      ],
      arguments: .object([
        JSON.Member("language", .string("python")), JSON.Member("script", .string("main.py")),
      ]),
      terms: Terms(sandbox, seconds: request.seconds), timeoutSeconds: request.seconds)
    job.terms.limits.fileBytes = 1
    do throws(Failure) { _ = try sandboxTool(among: ["jail-run"]) } catch {
      return answer(.failure(RPCError(error)))
    }
    SandboxRun(job, self, for: caller) { result in
      answer(result.map(\.python).mapError { RPCError($0) })
    }.begin()
  }
}

extension RunAnswer {
  /// As the dialect tells it. The last line of the errors is what the code came to, where it came to
  /// its end.
  fileprivate var python: JSON {
    let lines = errors.split(separator: UInt8(ascii: "\n"))
    let told = lines.last.flatMap { try? JSON(parsing: Array($0)) }
    let isWhole = record.exitCode == 0 && told?["success"]?.bool != nil
    let error: JSON =
      if isWhole {
        told?["error"] ?? .null
      } else {
        .string(record.message ?? String(decoding: lines.last ?? [], as: UTF8.self))
      }
    return .object([
      JSON.Member("success", .bool(isWhole && told?["success"]?.bool == true)),
      JSON.Member("result", isWhole ? told?["result"] ?? .null : .null),
      JSON.Member("output", .string(String(decoding: output, as: UTF8.self))),
      JSON.Member("error", error),
      JSON.Member("execution_time", .number(Double(record.runningMicroseconds) / 1_000_000)),
      JSON.Member("execution_id", .string(report.id.description)),
      JSON.Member("sandbox", .string(sandbox)),
    ])
  }
}
