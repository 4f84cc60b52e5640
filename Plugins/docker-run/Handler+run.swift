internal import OrienHTTPClient
internal import OrienKit

extension Handler<Sandbox> {
  /// The tool: a container for each call.
  static let run = Handler<Sandbox>(
    "docker-run",
    """
    Runs a script of the session's workspace, or a command, in a container of its own: no network, \
    a root that cannot be written to, no privilege, and the workspace at /workspace. Its standard \
    output is the result, its exit code the outcome. What it writes to /tmp is gone with it.
    """,
    title: "Run in a Container",
    example: ["language": "python", "script": "main.py"],
    limits: Limits(
      wallMilliseconds: 300_000, cpuPercent: 100, memoryBytes: 512 << 20, processes: 64,
      openFiles: 1024),
    .text("language", "What reads the script; leave it out for a command", default: ""),
    .texts(
      "command", "A program of the image and its arguments, in place of a language and a script",
      default: [], .count(0...1000)),
    .optional(.file("script", "The script to run: a path in the session's workspace")),
    .texts("args", "Arguments behind the script or the command", default: [], .count(0...1000)),
    .text("stdin", "What the program reads on its standard input", default: ""),
    .json(
      "env", "Variables of the program's environment: an object of strings", default: "{}",
      .schema(#"{"type":"object","additionalProperties":{"type":"string"}}"#)),
    .text(
      "image", "One of the images that the operator allows, by name or digest; none: the usual one",
      default: "", .length(0...255)),
    .bool("readonly", "The workspace cannot be written to", default: true),
    .bool(
      "network", "Gets the network that the operator allows, where there is one", default: false),
    .text(
      "layout",
      "Where the workspace is: at /workspace; or, with data, read-only at /data/input and at "
        + "/data/output too", default: Layout.workspace.rawValue,
      .oneOf(Layout.workspace.rawValue, Layout.data.rawValue))
  ) {
    (call, sandbox, language, command, script, args, stdin, env, image, readonly, network, layout)
    in
    let program = try Program(
      language: language, command: command, script: script, arguments: args, input: stdin,
      environment: env)
    let wanted = try sandbox.images.choose(image)
    guard !network || !sandbox.network.isEmpty else {
      throw Failure(
        .denied, "args.network: the operator gives calls of this tool no network",
        reason: "network-not-granted")
    }
    let workspace = try call.sharedWorkspace()
    let node = try sandbox.node(call.host)
    let connection = try sandbox.engine.connect(stop: call.cancelDescriptor)
    let found = try Image(wanted, by: connection)
    try call.fact([
      "sandbox": "docker", "image": .string(wanted), "digest": .string(found.digest),
    ])
    let request = CreateRequest(
      image: found, program: program, workspace: workspace,
      layout: Layout(rawValue: layout) ?? .workspace, isReadOnly: readonly, hasNetwork: network,
      limits: call.limits,
      labels: [Label.node: node, Label.execution: call.id])
    // Before there is a container, so that no sweep takes it for one that nobody has.
    sandbox.begin(call.id)
    defer { sandbox.end(call.id) }
    if sandbox.pool.wants(wanted) {
      if try request.runWarm(call, in: sandbox, by: connection) { return }
      try call.fact(["warm": false])
    }
    var run = try ContainerRun(request, for: call, in: sandbox, by: connection)
    try run.run(program, call)
  }
}

extension CreateRequest {
  /// Whether a container that was made ahead has run the call to its end. False: none that fits was
  /// there, or it has run nothing.
  fileprivate func runWarm(
    _ call: borrowing Call, in sandbox: Sandbox, by connection: EngineConnection
  ) throws(Failure) -> Bool {
    guard layout == .workspace, !hasNetwork,
      let shell = WaitingShell(program, in: layout.folder),
      let waiting = sandbox.pool.take(image.name, like: self, in: sandbox)
    else { return false }
    var run = try ContainerRun(waiting, for: call, in: sandbox, by: connection)
    return try run.run(shell, program, in: waiting, readsOnly: isReadOnly, call)
  }
}

extension Call {
  /// The workspace as an engine mounts it. Throws where no container could read it, or only root.
  fileprivate func sharedWorkspace() throws(Failure) -> (path: String, user: UInt32) {
    guard let workspace else {
      throw Failure(
        .unavailable,
        "the engine cannot see the workspace: it is mounted for the node alone; give "
          + "the manifest a \"workspaceUser\"", reason: "workspace-not-lent")
    }
    guard let user = workspaceUser else {
      throw Failure(
        .unavailable,
        "the workspace is root's, and no container runs as root: let workspaces be "
          + "images (WORKSPACE_QUOTA=auto), which are lent, or run the node as another user",
        reason: "workspace-not-lent")
    }
    return (workspace, user)
  }
}
