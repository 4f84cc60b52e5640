import COrienJail
package import OrienModel
package import OrienSystem
import Synchronization

/// The part of the jail that is root's where the node has given that up: it starts keepers, and does
/// what is asked of programs that last, as it was told when it was started itself. It is asked by any
/// thread, and ends after the node.
package final class Warden: Sendable {
  /// What a keeper is of.
  enum Keeper {
    case jail
    /// Of what runs outside.
    case outside

    fileprivate var number: UInt32 {
      switch self {
      case .jail: ORIEN_JAIL_KEEPER_JAIL.rawValue
      case .outside: ORIEN_JAIL_KEEPER_OUTSIDE.rawValue
      }
    }
  }

  /// Names of control groups, as `Launcher` and `Lasting` have them.
  package struct Groups: Sendable {
    package var jail: String
    package var outside: String
    package var lasting: String

    package init(jail: String, outside: String, lasting: String) {
      (self.jail, self.outside, self.lasting) = (jail, outside, lasting)
    }
  }

  private static let patience = Duration.seconds(10)

  /// As whom everything runs that is not walled in.
  package let account: UserAccount
  private let socket: Descriptor
  /// Two frames are never mixed.
  private let turn = Mutex(())

  /// Starts it, while this process is root. `records` is the folder of what lasts.
  package init(
    program: String, _ groups: Groups, records: String, for account: UserAccount
  ) throws(Failure) {
    self.account = account
    do throws(SystemError) {
      let ends = try SocketPair().release()
      socket = Descriptor(owning: ends.near)
      let far = Descriptor(owning: ends.far)
      let process = try ChildProcess(
        program,
        arguments: [
          "orien-jail", "warden", "--jail", groups.jail, "--outside", groups.outside, "--lasting",
          groups.lasting, "--records", records, "--owner", account.jailWord,
        ],
        environment: [], descriptors: [(parent: far.raw, child: Int32(ORIEN_JAIL_WARD))])
      // It sees to its own end, and nobody here could end it later.
      process.leave()
    } catch {
      throw error.failure("starting \(program)")
    }
  }

  /// Starts a keeper, and answers its leash.
  func start(_ kind: Keeper, _ start: KeeperStart) throws(SystemError) -> Descriptor {
    let ends = try SocketPair().release()
    let leash = Descriptor(owning: ends.near)
    let far = Descriptor(owning: ends.far)
    // Nobody says anything of one that runs outside.
    let options = kind == .jail ? start.options : []
    var body = Frame.bytes(
      of: orien_jail_ward_keeper(kind: kind.number, options: UInt32(options.count)))
    for option in options { body += Array(option.utf8) + [0] }
    try send(ORIEN_JAIL_WARD_KEEPER, body, [far.raw] + start.descriptors)
    return leash
  }

  /// Has one thing done to a program that lasts; `far` is what it is asked and answers by.
  func ask(
    _ order: LastingOrder, of name: String, _ number: UInt64, by far: Int32
  ) throws(SystemError) {
    var body = orien_jail_ward_lasting()
    body.order = order.rawValue
    body.number = number
    precondition(name.utf8.count < Int(ORIEN_JAIL_WARD_NAME), "names of what lasts are short")
    withUnsafeMutableBytes(of: &body.name) { $0.copyBytes(from: name.utf8) }
    try send(ORIEN_JAIL_WARD_LASTING, Frame.bytes(of: body), [far])
  }

  private func send(
    _ kind: orien_jail_frame, _ body: [UInt8], _ descriptors: [Int32]
  ) throws(SystemError) {
    let frame = Frame.header(kind, id: 0, size: body.count) + body
    let sent = turn.withLock { _ in
      Result { () throws(SystemError) in
        try socket.sendAll(frame, passing: descriptors, until: .now + Self.patience)
      }
    }
    try sent.get()
  }
}

/// What is asked of a program that lasts, by its number in orien_jail_warden.h.
enum LastingOrder: UInt32 {
  case start = 0
  case stop
  case status
  /// Nothing is started: a control group is tried.
  case attempt

  /// As the command line of orien-jail has it.
  var word: String {
    switch self {
    case .start: "start"
    case .stop: "stop"
    case .status: "status"
    case .attempt: "try"
    }
  }
}
