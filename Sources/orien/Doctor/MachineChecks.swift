import OrienModel
import OrienNode
import OrienSystem

/// What a node would find that rents out machines, where it is to.
struct MachineChecks {
  let configuration: Configuration
  let environment: Environment
  /// One runs: then what it has in use is as it should be.
  let hasNode: Bool

  /// Nothing where no machines are rented out.
  var all: [Check] {
    guard let engine = MachineEngine.chosen(configuration) else { return unchosen }
    return [backend(engine), program(engine)] + speed(engine) + [ports, proxy, renters]
  }

  /// Machines could be rented out, and nobody has said by what.
  private var unchosen: [Check] {
    let present = MachineEngine.present(configuration)
    guard !present.isEmpty else { return [] }
    return [
      .weak(
        "backend of machines", "none chosen of several",
        why: "machines can be rented out by " + present.map(\.title).joined(separator: " and ")
          + " once you say so",
        remedy: "write \(present.map(\.setting).joined(separator: " or ")) into "
          + (environment.configurationFile ?? environment.ownConfigurationFile ?? "orien.conf"))
    ]
  }

  private func backend(_ engine: MachineEngine) -> Check {
    let name = "backend of machines"
    let path = "\(configuration.toolsFolder)/\(engine.library).so"
    guard engine.places.isEmpty || HostFile.kind(at: path) == .regular else {
      return .bad(
        name, engine.plugin, why: "there is no \(path)",
        remedy: "make build, or put \(engine.library).so and its manifest into tools.d")
    }
    let isSole = MachineEngine.isSole(configuration)
    return .ok(name, engine.plugin + (isSole ? ", \(Condition.soleEngine)" : ""))
  }

  private func program(_ engine: MachineEngine) -> Check {
    guard !engine.places.isEmpty else {
      return .ok("machines", "\(engine.title), by its own means")
    }
    let found = engine.look(configuration, environment)
    guard let error = found.error else {
      return .ok("machines", "\(engine.title) \(found.version ?? ""), \(found.path ?? "")")
    }
    return .bad(
      "machines", found.path ?? engine.title, why: error,
      remedy: found.path.map { "see whether it is at work: \($0) \(engine.question[0])" }
        ?? engine.remedy)
  }

  private func speed(_ engine: MachineEngine) -> [Check] {
    guard HostFile.kind(at: "/dev/kvm") == nil else { return [.ok("virtualization", "KVM")] }
    guard !engine.places.isEmpty else { return [] }
    let remedy = "switch on virtualization in the firmware, and load kvm_intel or kvm_amd"
    return [
      .weak(
        "virtualization", "none: there is no /dev/kvm",
        why: "without it machines are made slowly, or not at all", remedy: remedy)
    ]
  }

  private var ports: Check {
    let settings = configuration.machines
    let name = "ports of machines"
    let what = "\(settings.firstPort) to \(settings.endPort - 1)"
    guard settings.firstPort < settings.endPort else {
      return .bad(
        name, what, why: "PORT_RANGE_END is the first port that is none of them any more",
        remedy: "set PORT_RANGE_END above PORT_RANGE_START")
    }
    let listening: Set<UInt16>
    do throws(Failure) { listening = try ListeningPorts.current() } catch {
      return .weak(name, what, why: "nobody can tell which are free: \(error.message)")
    }
    let taken = listening.filter { (settings.firstPort..<settings.endPort).contains(Int($0)) }
    let count = settings.endPort - settings.firstPort
    guard !hasNode, !taken.isEmpty else { return .ok(name, "\(what), \(count - taken.count) free") }
    let shown = taken.sorted().prefix(5).map(String.init).joined(separator: ", ")
    let why = "somebody listens at \(shown)"
    let remedy = "see who by: ss -ltnp; or set PORT_RANGE_START and PORT_RANGE_END to others"
    return taken.count == count
      ? .bad(name, what, why: why, remedy: remedy) : .weak(name, what, why: why, remedy: remedy)
  }

  private var proxy: Check {
    let name = "proxy of machines"
    let wanted = configuration.machines.proxy.text
    let nginx = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
      .first { HostFile.kind(at: $0) == .regular }
    guard wanted == "nginx" else {
      return .ok(name, wanted == "auto" ? "by the node, or a backend where there is one" : wanted)
    }
    guard let nginx else {
      return .bad(
        name, wanted, why: "there is no nginx",
        remedy: "sudo apt-get install nginx-light libnginx-mod-stream, or set PROXY_BACKEND=tcp")
    }
    return .ok(name, nginx)
  }

  private var renters: Check {
    let name = "who may rent"
    let settings = configuration.machines
    guard case .open = settings.access else {
      guard settings.openTo.isEmpty else {
        return .weak(
          name, "who has a key", why: "ALLOW_FROM counts only where VM_ACCESS is open",
          remedy: "take ALLOW_FROM out, or set VM_ACCESS=open")
      }
      guard configuration.payments.isOn, !configuration.payments.needsProof else {
        return .ok(
          name, settings.access == .stream ? "who has a key, or pays by a stream" : "who has a key")
      }
      return .weak(
        name, "who has a key" + (settings.access == .stream ? ", or names a stream" : ""),
        why: "whoever names somebody's stream first has what it pays for",
        remedy: "set STREAM_PROOF=needed, if those who rent can sign")
    }
    guard !settings.openTo.isEmpty else {
      return .bad(
        name, "nobody without a key", why: "VM_ACCESS is open, and ALLOW_FROM names no network",
        remedy: "set ALLOW_FROM to the networks of those who rent, as 10.0.0.0/8")
    }
    let shown = settings.openTo.map(\.description)
    if shown.contains(where: { $0.hasSuffix("/0") }) {
      return .weak(
        name, shown.joined(separator: ", "), why: "whoever reaches the node rents machines, unpaid",
        remedy: "name the networks of those who rent in ALLOW_FROM")
    }
    return .ok(name, "who has a key, and " + shown.joined(separator: ", "))
  }
}
