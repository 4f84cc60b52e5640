import OrienHTTPClient
import OrienModel
import OrienSystem

/// What opens a machine to who has no key of its node's and pays by a stream. The node tells it once, so
/// that it is kept before anything else is done, by the node's address and the machine's name.
struct MachineToken {
  private let folder: Folder
  private let name: FolderPath

  private static let mostBytes = 4096

  /// `url` is the node's.
  init(of machine: String, at url: String, _ environment: Environment) throws(Failure) {
    folder = try Folder(at: try Self.root(url, environment), creating: true)
    name = try FolderPath(machine.percentEncoded)
  }

  private static func root(_ url: String, _ environment: Environment) throws(Failure) -> String {
    try environment.renting("tokens") + "/" + url.percentEncoded
  }

  var path: String { "\(folder.path)/\(name)" }

  /// Nobody else may read it.
  func keep(_ token: String) throws(Failure) {
    try folder.replace(name, with: Array((token + "\n").utf8))
  }

  func forget() throws(Failure) { try folder.discard(name) }

  /// Nil where none is kept.
  static func find(
    _ machine: String, at url: String, _ environment: Environment
  ) throws(Failure) -> String? {
    // Whoever has no home has kept none.
    guard let root = try? root(url, environment), HostFile.kind(at: root) == .folder else {
      return nil
    }
    let folder = try Folder(at: root)
    let name = try FolderPath(machine.percentEncoded)
    guard let bytes = try folder.contents(of: name, atMost: mostBytes) else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}

extension Invocation {
  /// The node that a machine is at, asked by what opens this machine where that is kept here, unless
  /// somebody says by what else.
  func node(of machine: String) throws(Failure) -> NodeClient {
    var address = try NodeClient.Address(self)
    if !has(.keyFile), let token = try MachineToken.find(machine, at: address.url, environment) {
      address.key = token
    }
    return try NodeClient(address)
  }

  /// Keeps what a node tells once; where it cannot be kept it is shown, for else nobody has it.
  func keep(token: String, of machine: String) throws(Failure) -> String? {
    do throws(Failure) {
      let place = try MachineToken(
        of: machine, at: try NodeClient.Address(self).url, environment)
      try place.keep(token)
      return place.path
    } catch {
      console.explain(error)
      console.tell("what opens \(machine.printable), this once: \(token.printable)")
      return nil
    }
  }

  func forgetToken(of machine: String) {
    do throws(Failure) {
      let url = try NodeClient.Address(self).url
      guard try MachineToken.find(machine, at: url, environment) != nil else { return }
      try MachineToken(of: machine, at: url, environment).forget()
    } catch {
      console.tell("what opened \(machine.printable) stays here: \(error.message)")
    }
  }
}
