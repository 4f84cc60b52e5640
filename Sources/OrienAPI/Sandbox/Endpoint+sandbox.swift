import OrienHTTP
import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

extension Endpoint {
  private static let unready = Answer.problem(
    .serviceUnavailable, "There is no sandbox now; detail says why")

  static let sandbox: [Endpoint] = [
    Endpoint(
      .post, "/run", "Run code, and answer what it wrote and left.",
      body: .json(schema: "RunRequest"),
      answers: [
        .json("It ran, well or not", "RunResult"),
        .faultyFields,
        .problem(.contentTooLarge, "The body, or a file in it, is larger than it may be"),
        .problem(.unsupportedMediaType, "The body is no JSON by its fields"),
        .problem(.tooManyRequests, "Too many calls wait already"),
        unready,
        .problem(.insufficientStorage, "The node's disk is full"),
        .problem(.internalServerError, "Execution failed"),
      ]
    ) { api, inquiry throws(Failure) in try api.runCode(inquiry) },
    Endpoint(
      .post, "/build-image", "Build the image of the sandbox's containers.",
      answers: [
        .json("It is built", "Built"), unready,
        .problem(.internalServerError, "Build failed"),
      ]
    ) { api, inquiry throws(Failure) in try api.buildImage(inquiry) },
  ]
}

extension API {
  /// The largest body of `/run`: code and files, as JSON.
  private static let runBytes = 32 << 20
  private static let role = "sandbox/1"

  func runCode(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    try inquiry.requireJSON()
    inquiry.exchange.collectBody(atMost: Self.runBytes) { [self] body in
      do throws(FieldFaults) {
        let request = try RunRequest(body, sandbox)
        run(request, inquiry)
      } catch {
        inquiry.exchange.refuse(error)
      }
    }
  }

  private func run(_ request: RunRequest, _ inquiry: Inquiry) {
    do throws(Failure) {
      let tool = try sandboxTool()
      let job = SandboxJob(tool, request, sandbox)
      SandboxRun(job, self, for: inquiry.caller) { [sandbox] result in
        switch result {
        case .success(let answer):
          inquiry.exchange.answer(fields: [HTTPField("X-Sandbox", answer.sandbox)]) { writer in
            answer.write(to: &writer)
          }
        case .failure(let failure) where failure.reason == "image-missing":
          inquiry.exchange.fail(
            Failure(
              .unavailable, failure.reason,
              "Sandbox image not found: \(sandbox.image ?? failure.message)"))
        case .failure(let failure): inquiry.exchange.fail(failure)
        }
      }.begin()
    } catch {
      inquiry.exchange.fail(error)
    }
  }

  /// The tool that runs code now; why there is none is the trouble of the one wanted most.
  func sandboxTool(among names: [String]? = nil) throws(Failure) -> Tool {
    var trouble: Failure?
    for name in names ?? sandbox.backend.tools {
      guard let tool = kernel.catalogue.tool(name) else {
        trouble = trouble ?? Failure(.unavailable, "no-sandbox", "there is no tool \(name)")
        continue
      }
      guard let found = kernel.trouble(of: tool) else { return tool }
      // Of two that cannot, the one that is there says more.
      trouble = found
    }
    let why = trouble?.message ?? "there is no tool that runs code"
    throw Failure(.unavailable, "no-sandbox", "Sandbox runner not initialized: \(why)")
  }

  func buildImage(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    try inquiry.mustBeOperator()
    _ = try kernel.operations.table.backend(of: Self.role)
    guard let path = sandbox.dockerfile else {
      throw Failure(
        .unavailable, "no-dockerfile", "there is nothing to build of: SANDBOX_DOCKERFILE names it")
    }
    let dockerfile = try HostFile(at: path).text(atMostBytes: 64 << 10)
    let image = sandbox.image ?? ""
    let arguments = [
      JSON.Member("dockerfile", .string(dockerfile)), JSON.Member("image", .string(image)),
    ]
    kernel.perform("build", of: Self.role, .object(arguments)) { result in
      switch result {
      case .success(let built):
        let tag = built["image"]?.string ?? image
        inquiry.exchange.answer { writer in
          writer.object { $0.field("message", "Successfully built image: \(tag)") }
        }
      case .failure(var failure):
        if failure.code != .unavailable || failure.reason == "build-failed" {
          failure = Failure(.internal, failure.reason, "Build failed: \(failure.message)")
        }
        inquiry.exchange.fail(failure)
      }
    }
  }

  // MARK: Health

  /// Whether who asks knows this dialect's health, by its media type or by the port.
  func wantsSandboxHealth(_ inquiry: Inquiry) -> Bool {
    if let port = sandbox.port, inquiry.request.listener.port == port { return true }
    let types = inquiry.request.header("accept")?.split { $0 == "," || $0 == ";" || $0 == " " }
    return types?.contains("application/vnd.aurea+json") ?? false
  }

  func sendSandboxHealth(_ inquiry: Inquiry) {
    let isAvailable = (try? sandboxTool()) != nil
    func send(_ version: String?) {
      inquiry.exchange.answer { writer in
        writer.object { writer in
          writer.field("status", isAvailable ? "healthy" : "degraded")
          writer.field("sandbox_available", isAvailable)
          writer.name("docker_version")
          if let version { writer.write(version) } else { writer.writeNull() }
        }
      }
    }
    guard (try? kernel.operations.table.backend(of: Self.role)) != nil else { return send(nil) }
    kernel.perform("probe", of: Self.role, .object([]), within: .seconds(2)) { result in
      let found = try? result.get()
      send(found?["version"]?.string)
    }
  }
}
