internal import OrienHTTPClient
internal import OrienKit

// The operations of sandbox/1.

extension Handler<Sandbox> {
  private static let role = "sandbox/1"

  static let probe = operation(
    "probe", of: role, "Says whether the engine answers, and which it is."
  ) { _, sandbox in
    var told: [String: JSON] = ["tool": "docker-run", "engine": "docker"]
    do {
      let answer = try sandbox.engine.connect(stop: nil).ask("GET", "/version", within: 2000)
      guard answer.isSuccess else { throw answer.failure("asking for its version") }
      told["version"] = .string(answer.body["Version"]?.string ?? "")
      told["available"] = true
    } catch let failure as Failure {
      told["available"] = false
      told["reason"] = .string(failure.message)
    }
    return .object(told)
  }

  static let images = operation(
    "images", of: role, "Lists the images that callers may name, and whether they are there."
  ) { call, sandbox in
    let connection = try sandbox.engine.connect(stop: call.cancelDescriptor)
    var list: [JSON] = []
    for name in sandbox.images.names {
      var row: [String: JSON] = ["name": .string(name), "allowed": true]
      do throws(Failure) {
        let image = try Image(name, by: connection)
        row["digest"] = .string(image.digest)
        row["size"] = .integer(image.bytes)
      } catch {
        guard error.reason != nil, !(error.reason ?? "").hasPrefix("engine-") else { throw error }
        row["allowed"] = .bool(error.reason == "image-missing")
        row["reason"] = .string(error.message)
      }
      list.append(.object(row))
    }
    return ["images": .array(list)]
  }

  static let build = operation(
    "build", of: role, "Builds the image of calls that name none, from a Dockerfile alone.",
    .text("dockerfile", "What it says", .length(1...65_536)),
    .text("image", "Its name; none: that of calls that name none", default: "")
  ) { call, sandbox, dockerfile, image in
    let name = try sandbox.images.choose(image)
    let connection = try sandbox.engine.connect(stop: call.cancelDescriptor)
    let digest = try ImageBuild(name, dockerfile: dockerfile).run(by: connection)
    return ["image": .string(name), "digest": .string(digest)]
  }

  static let sweep = operation(
    "sweep", of: role,
    "Removes what calls have left that are over, and has containers wait for those that come.",
    .texts("running", "The executions that run now", default: [])
  ) { call, sandbox, running in
    let connection = try sandbox.engine.connect(stop: call.cancelDescriptor)
    let node = try sandbox.node(call.host)
    var removed = 0
    let pool = sandbox.pool
    let fills = pool.beginFilling()
    defer { if fills { pool.endFilling() } }
    var paused: Set<String> = []
    // Of those some may be gone by now, whoever has removed them.
    var spent = pool.spent
    for container in try connection.containers(of: node) {
      if container.isPaused { paused.insert(container.id) }
      let isSomebodys =
        container.place.map(pool.owns)
        ?? (running.contains(container.execution) || sandbox.runs(container.execution))
      guard !isSomebodys else {
        spent.remove(container.id)
        continue
      }
      let wasLeft = !pool.spent.contains(container.id)
      if try connection.remove(container.id, within: 5000), wasLeft { removed += 1 }
    }
    pool.forget(spent: spent)
    if fills { pool.fill(call, in: sandbox, by: connection, node: node, paused: paused) }
    return ["removed": .integer(removed), "eager": .bool(pool.isWanted)]
  }
}
