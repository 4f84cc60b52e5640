internal import OrienCloudInit
internal import OrienKit

// The operations of vm/1.

extension Handler<Machines> {
  private static let role = "vm/1"
  private static var name: Argument<String> { .text("name", "Which") }

  static let probe = operation(
    "probe", of: role, "Says whether QEMU is there, what speeds it, and the images."
  ) { call, machines in try machines.probe(call) }

  static let list = operation(
    "list", of: role, "Lists the machines that this plugin has made."
  ) { call, machines in ["machines": .array(try machines.list(call))] }

  static let info = operation("info", of: role, "Tells of one.", name) { call, machines, name in
    ["machine": try machines.info(name, call)]
  }

  static let launch = operation(
    "launch", of: role, "Makes a machine of an image, and starts it.",
    .text("name", "Its own"), .text("image", "One of the images", default: ""),
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
    let size = Record.Size(cpu: cpu, memoryBytes: memoryBytes, diskBytes: diskBytes)
    return [
      "machine": try machines.launch(
        Order(
          name: name, image: image, size: size, seed: seed,
          deadlineMilliseconds: deadlineMilliseconds), call)
    ]
  }

  static let start = operation(
    "start", of: role, "Starts one that is stopped or suspended.", name
  ) { call, machines, name in ["machine": try machines.start(name, call)] }

  static let stop = operation(
    "stop", of: role, "Has one stop as by its button, and by force where it does not.", name
  ) { call, machines, name in ["machine": try machines.stop(name, call)] }

  static let delete = operation(
    "delete", of: role, "Ends one and removes all that it had.", name
  ) { call, machines, name in ["existed": .bool(try machines.delete(name, call))] }
}
