import OrienModel
import OrienSystem

/// What golem-provider has kept in its folder, read strictly: a file that is there and cannot be read
/// whole is an error. Taken for empty, it would be as if there were no machines and no payments.
struct GolemFolder: Equatable {
  /// A machine by the name that its renter gave, with that of multipass and its port.
  struct Machine: Equatable {
    var name: String
    var engineName: String
    var port: UInt16?
    var stream: String?
  }

  private(set) var machines: [Machine] = []
  /// The provider's own, as its key file has it.
  private(set) var address: String?
  /// Streams of machines that have no name here any more.
  private(set) var strayStreams: [String] = []
  /// Each file with its contents, by name.
  private(set) var files: [(name: String, bytes: [UInt8])] = []

  static let names = [
    "vm_names.json", "ports.json", "proxy_state.json", "streams.json", "provider_key.json",
    "jobs.sqlite",
  ]
  /// They lie in the folder, or in one of these.
  private static let places = ["", "/keys", "/proxy"]
  private static let mostBytes = 64 << 20

  static func == (a: Self, b: Self) -> Bool {
    a.machines == b.machines && a.address == b.address && a.strayStreams == b.strayStreams
  }

  init(at path: String) throws(Failure) {
    var contents: [String: [UInt8]] = [:]
    for place in Self.places where place.isEmpty || HostFile.kind(at: path + place) == .folder {
      let folder = try Folder(at: path + place)
      for name in Self.names where contents[name] == nil {
        contents[name] = try Self.bytes(of: name, in: folder)
      }
    }
    guard !contents.isEmpty else {
      throw Failure(
        .notFound, "nothing-to-import", "\(path): none of \(Self.names.joined(separator: ", "))")
    }
    files = Self.names.compactMap { name in contents[name].map { (name, $0) } }
    try read(contents)
  }

  private static func bytes(of name: String, in folder: Folder) throws(Failure) -> [UInt8]? {
    guard let bytes = try folder.contents(of: FolderPath(name), atMost: mostBytes + 1) else {
      return nil
    }
    guard bytes.count <= mostBytes else { throw fault(name, "expected at most \(mostBytes) bytes") }
    return bytes
  }

  private mutating func read(_ contents: [String: [UInt8]]) throws(Failure) {
    func members(_ name: String, exactly: Bool = false) throws(Failure) -> [JSON.Member] {
      guard let bytes = contents[name] else { return [] }
      do throws(Failure) {
        let json = exactly ? try JSON(parsingExactly: bytes) : try JSON(parsing: bytes)
        guard let members = json.members else {
          throw Failure(.invalid, "import", "expected an object")
        }
        return members
      } catch {
        throw Self.fault(name, error.message)
      }
    }
    let names = try Self.names(try members("vm_names.json"))
    let ports = try Self.ports(try members("ports.json"))
    try Self.check(proxies: try members("proxy_state.json"), against: ports)
    let streams = try Self.streams(try members("streams.json", exactly: true))
    address = try Self.address(try members("provider_key.json"))
    if let jobs = contents["jobs.sqlite"], !jobs.isEmpty,
      !jobs.starts(with: Array("SQLite format 3\0".utf8))
    {
      throw Self.fault("jobs.sqlite", "is no database of SQLite's")
    }
    machines = names.map { name, engineName in
      Machine(
        name: name, engineName: engineName, port: ports[engineName],
        stream: streams[name] ?? streams[engineName])
    }
    let named = Set(machines.map(\.engineName))
    // A port that leads somewhere leads to a machine, whether it has another name or not.
    machines += ports.filter { !named.contains($0.key) }.sorted { $0.key < $1.key }.map {
      Machine(name: $0.key, engineName: $0.key, port: $0.value, stream: streams[$0.key])
    }
    let known = Set(machines.flatMap { [$0.name, $0.engineName] })
    strayStreams = streams.keys.filter { !known.contains($0) }.sorted()
  }

  static func fault(_ file: String, _ message: String) -> Failure {
    Failure(.invalid, "import", "\(file): \(message); nothing was taken over")
  }
}
