internal import OrienCloudInit
package import OrienKit

// The operations of vm/1, for a plugin that names each of them.

private let role = "vm/1"
private let name = Argument<String>.text("name", "Which")

extension Handler where State: MachineBackend {
  package static var probe: Handler {
    operation("probe", of: role, "Says whether machines can be made now.") { call, machines in
      try machines.probe(call)
    }
  }

  package static var list: Handler {
    operation("list", of: role, "Lists the machines that this plugin has made.") { call, machines in
      ["machines": .array(try machines.list(call))]
    }
  }

  package static var info: Handler {
    operation("info", of: role, "Tells of one.", name) { call, machines, name in
      ["machine": try machines.info(name, call)]
    }
  }

  package static var launch: Handler {
    operation(
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
      let order = MachineOrder(
        name: name, image: image,
        size: MachineSize(cpu: cpu, memoryBytes: memoryBytes, diskBytes: diskBytes), seed: seed,
        deadlineMilliseconds: deadlineMilliseconds)
      return ["machine": try machines.launch(order, call)]
    }
  }

  package static var start: Handler {
    operation(
      "start", of: role, "Starts one that is stopped or suspended.", name
    ) { call, machines, name in ["machine": try machines.start(name, call)] }
  }

  package static var stop: Handler {
    operation(
      "stop", of: role, "Stops one, by force where it does not by itself.", name
    ) { call, machines, name in ["machine": try machines.stop(name, call)] }
  }

  package static var delete: Handler {
    operation(
      "delete", of: role, "Ends one and removes all that it had.", name
    ) { call, machines, name in ["existed": .bool(try machines.delete(name, call))] }
  }
}
