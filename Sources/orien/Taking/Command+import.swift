import OrienModel
import OrienSystem

extension Command {
  private static let keptIn: FolderPath = "golem"
  private static let keyName = "provider_key.json"

  /// `orien import golem`: copies what that provider has kept beside the node's own state, checked, and
  /// says what of it the node goes on with. Machines are not among it: a backend of `vm/1` answers for
  /// those alone that it has made itself, so that a rental of another's machine would be ended as one
  /// that is gone.
  static func importGolem(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let path = invocation.environment.absolute(invocation.operands[0])
    let found = try GolemFolder(at: HostFile.resolved(path) ?? path)
    let isDry = invocation.has(.dryRun)
    let configuration = try Configuration.load(invocation)
    let state = configuration.stateFolder
    let place = "\(state)/\(keptIn)"
    let keyFolder = configuration.chain.keyFolder(state)
    if !isDry {
      if let node = try RunningNode(on: state) {
        throw Failure(
          .conflict, "in-use", "a node runs on \(state) (pid \(node.process.pid)): orien stop first"
        )
      }
      // A key is in one place, and that is where payments look for it.
      let keys = found.files.filter { $0.name == keyName }
      if !keys.isEmpty { try keep(keys, at: keyFolder) }
      try keep(found.files.filter { $0.name != keyName }, at: place)
    }
    if try !invocation.answered(found.json(at: place, keyFolder, isDry: isDry)) {
      for line in found.lines(at: place, keyFolder, isDry: isDry) {
        try invocation.console.line(line)
      }
    }
    return .success
  }

  /// All of it, or nothing that is there already is changed.
  private static func keep(
    _ files: [(name: String, bytes: [UInt8])], at place: String
  ) throws(Failure) {
    let folder = try Folder(at: place, creating: true)
    for file in files {
      let name = try FolderPath(file.name)
      if let other = try folder.contents(of: name, atMost: file.bytes.count + 1),
        other != file.bytes
      {
        throw Failure(
          .conflict, "imported", "\(place)/\(name): something else is there already")
      }
    }
    for file in files { try folder.replace(FolderPath(file.name), with: file.bytes) }
  }
}

extension GolemFolder {
  fileprivate func json(at place: String, _ keyFolder: String, isDry: Bool) -> JSON {
    .object([
      .init("dry_run", .bool(isDry)), .init("kept_in", .string(place)),
      .init("files", .array(files.map { .string($0.name) })),
      .init("address", address.map { .string($0) } ?? .null),
      .init("key_in", address == nil ? .null : .string(keyFolder)),
      .init(
        "machines",
        .array(
          machines.map { machine in
            .object([
              .init("name", .string(machine.name)), .init("multipass", .string(machine.engineName)),
              .init("port", machine.port.map { .integer(Int64($0)) } ?? .null),
              .init("stream", machine.stream.map { .string($0) } ?? .null),
              .init("taken", .bool(false)),
            ])
          })),
      .init("stray_streams", .array(strayStreams.map { .string($0) })),
    ])
  }

  fileprivate func lines(at place: String, _ keyFolder: String, isDry: Bool) -> [String] {
    let verb = isDry ? "would be kept" : "kept"
    var lines = files.map { file in
      "\(file.name): \(verb) in \(file.name == "provider_key.json" ? keyFolder : place)"
    }
    if let address {
      lines.append(
        "the provider's address is \(address.printable): PROVIDER_ID=\(address.printable) goes on"
          + " by that name, and is paid by its key (PAYMENTS_NETWORK)")
    }
    for machine in machines {
      let port = machine.port.map { ", port \($0)" } ?? ""
      let stream = machine.stream.map { ", stream \($0)" } ?? ""
      lines.append(
        "not taken over: \(machine.name.printable) (\(machine.engineName.printable)\(port)\(stream))"
      )
    }
    if !machines.isEmpty {
      lines.append(
        "A backend answers only for machines that it has made. Those above run on under multipass;"
          + " let their renters move, then end each by: multipass delete --purge NAME")
      if machines.contains(where: { $0.port != nil }) {
        lines.append(
          "Their ports are no longer forwarded once golem-provider has ended, and the node lends"
            + " them anew.")
      }
    }
    if machines.contains(where: { $0.stream != nil }) || !strayStreams.isEmpty {
      lines.append(
        "No stream is taken over: each pays for a machine of that provider's. Withdraw what they have"
          + " paid while it runs (golem-provider streams withdraw --all), and have renters open new"
          + " ones for machines of this node's.")
    }
    for stream in strayStreams {
      lines.append("a stream without a machine: \(stream.printable)")
    }
    if files.contains(where: { $0.name == "jobs.sqlite" }) {
      lines.append("jobs.sqlite: its jobs are over, and nobody asks the node for them")
    }
    return lines
  }
}
