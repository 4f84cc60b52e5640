import COrienJail
package import OrienModel
package import OrienSystem

/// Programs that outlive the node, each known by its owner and its name: what is asked of one is done
/// by a process of its own, which finishes it whatever becomes of this one. Any thread but the
/// loop's; blocks.
package struct Lasting: Sendable {
  /// What one is found by, on whatever start of the node.
  package struct Key: Sendable, Hashable {
    /// The id of its plugin.
    package let owner: String
    package let name: LastingName

    package init(_ name: LastingName, of owner: String) {
      self.name = name
      self.owner = owner
    }

    var path: String { owner + "/" + name.text }
  }

  let program: String
  /// The folder with a folder for each owner, and in it one for each name.
  let path: String
  let groupName: String
  let groups: String
  /// Who does it in this process's place; nil: nobody.
  let warden: Warden?

  /// `groupName` is what their control groups are in, the node's own and the same at every start.
  /// The folder at `path` is made where something is started.
  package init(
    program: String, at path: String, groupName: String, groups: String = "auto",
    warden: Warden? = nil
  ) {
    self.warden = warden
    self.program = program
    self.path = path
    self.groupName = groupName
    self.groups = groups
  }

  /// What asking may take beyond what it waits for.
  private static let patience = Duration.seconds(20)
  /// As long as anybody waits.
  private static let mostGrace: UInt64 = 24 * 3_600_000

  /// Starts it, with the folder to stand in. When this returns it has begun.
  package func start(
    _ key: Key, _ request: JailRequest, input: [UInt8], in folder: consuming Descriptor,
    required: [RequiredLimit] = []
  ) throws(Failure) {
    let frame = try request.frame(id: 1)
    let descriptors: JailDescriptors
    do throws(SystemError) {
      descriptors = JailDescriptors(
        input: try .input(input), output: try .input([]), errors: try .input([]),
        workspace: folder)
    } catch {
      throw error.failure("starting \(key.name.text)")
    }
    let bits = required.reduce(0) { $0 | $1.bit }
    let question = try Question(self, key, .start, UInt64(bits))
    try question.send(frame, descriptors, until: .now + Self.patience)
    let answer = try question.answer(until: .now + Self.patience)
    guard answer.state == ORIEN_JAIL_LASTING_FINE.rawValue else {
      throw Failure(answer, of: key, required: required)
    }
  }

  /// Has it end, and forgets it. `cancelled` polls readable where nobody waits for that any more: it
  /// is stopped all the same.
  package func stop(
    _ key: Key, graceMilliseconds: UInt64, cancelled: Int32? = nil
  ) throws(Failure) {
    guard try folder() != nil else { return }
    let grace = min(graceMilliseconds, Self.mostGrace)
    let question = try Question(self, key, .stop, grace)
    let answer = try question.answer(
      until: .now + .milliseconds(Int64(grace)) + Self.patience, cancelled: cancelled)
    guard answer.state == ORIEN_JAIL_LASTING_FINE.rawValue else { throw Failure(answer, of: key) }
  }

  /// The reason of a failure: the kernel does not hold programs to public addresses.
  package static let unbound = "network-not-held"

  /// Whether a program could be held to public addresses: a control group is, in which something
  /// tries what it may not. The reason where none can; throws where nobody can tell.
  package func obstacleToPublic() throws(Failure) -> String? {
    let question = try Question(self, Self.nobody, .attempt, 0)
    let answer = try question.answer(until: .now + Self.patience)
    switch answer.state {
    case ORIEN_JAIL_LASTING_FINE.rawValue: return nil
    case ORIEN_JAIL_LASTING_UNBOUND.rawValue: return String(field: answer.why)
    case ORIEN_JAIL_LASTING_NO_GROUPS.rawValue: return "no control group can be had"
    default: throw Failure(answer, of: Self.nobody)
    }
  }

  /// What nobody is called.
  private static let nobody: Key = {
    guard let name = LastingName("none") else { preconditionFailure("this is a name") }
    return Key(name, of: "nobody")
  }()

  /// Nil where there is none of that name.
  package func status(_ key: Key) throws(Failure) -> LastingStatus? {
    guard try folder() != nil else { return nil }
    let question = try Question(self, key, .status, 0)
    let answer = try question.answer(until: .now + Self.patience)
    if answer.state == ORIEN_JAIL_LASTING_ABSENT.rawValue { return nil }
    guard answer.state == ORIEN_JAIL_LASTING_FINE.rawValue else { throw Failure(answer, of: key) }
    return LastingStatus(answer)
  }

  /// Where all of them are kept; nil where nothing was ever started.
  func folder() throws(Failure) -> Folder? {
    HostFile.kind(at: path) == nil ? nil : try Folder(at: path)
  }
}

extension RequiredLimit {
  /// Of those that a control group holds a program to that lasts.
  fileprivate var bit: UInt32 {
    switch self {
    case .memory: ORIEN_JAIL_REQUIRED_MEMORY.rawValue
    case .cpu: ORIEN_JAIL_REQUIRED_CPU.rawValue
    case .processes: ORIEN_JAIL_REQUIRED_PROCESSES.rawValue
    default: 0
    }
  }
}
