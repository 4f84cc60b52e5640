internal import OrienCloudInit
internal import OrienKit

// The operations of vm/1.

extension Handler<Machines> {
  private static let role = "vm/1"
  private static var name: Argument<String> { .text("name", "Which") }

  static let probe = operation(
    "probe", of: role, "Says whether multipass answers, and which it is."
  ) { call, machines in try machines.probe(call) }

  static let list = operation(
    "list", of: role, "Lists the instances that this plugin has launched."
  ) { call, machines in ["machines": .array(try machines.list(call))] }

  static let info = operation("info", of: role, "Tells of one.", name) { call, machines, name in
    let (record, state) = try machines.reached(name, call)
    return ["machine": record.machine(state)]
  }

  static let launch = operation(
    "launch", of: role, "Launches an instance.",
    .text("name", "Its own"), .text("image", "As multipass names it", default: ""),
    .integer("cpu", "How many processors"), .integer("memory_bytes", "How much memory"),
    .integer("disk_bytes", "How much disk"), .text("hostname", "What it calls itself"),
    .texts("keys", "Public keys of those who may log in as root"),
    .texts("packages", "What is installed at its first start", default: []),
    .bool("upgrade", "Whether its packages are brought up to date first", default: false),
    .integer("deadline_milliseconds", "After it the launch is late", default: 300_000)
  ) {
    call, machines, name, image, cpu, memoryBytes, diskBytes, hostname, keys, packages, upgrade,
    deadlineMilliseconds in
    let seed: CloudInit
    do throws(CloudInitFault) {
      seed = try CloudInit(hostname: hostname, keys: keys, packages: packages, upgrades: upgrade)
    } catch {
      throw Failure(.invalid, error.description, reason: "bad-seed")
    }
    let order = Order(
      name: name, image: try machines.images.choose(image), cpu: cpu, memoryBytes: memoryBytes,
      diskBytes: diskBytes, deadlineMilliseconds: deadlineMilliseconds, seed: seed)
    return ["machine": try machines.launch(order, call)]
  }

  static let start = operation(
    "start", of: role, "Starts one that is stopped or suspended.", name
  ) { call, machines, name in ["machine": try machines.start(name, call)] }

  static let stop = operation(
    "stop", of: role, "Stops one, by force where it does not by itself.", name
  ) { call, machines, name in ["machine": try machines.stop(name, call)] }

  static let delete = operation(
    "delete", of: role, "Removes one for good.", name
  ) { call, machines, name in ["existed": .bool(try machines.delete(name, call))] }
}
