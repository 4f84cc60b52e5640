internal import OrienKit
internal import Synchronization

/// What the plugin has open: the operator's nginx, the folder of ours that it includes, and the log of
/// what went over. One change is made at a time.
final class Proxy: Sendable {
  let nginx: Nginx
  /// As nginx names our folder.
  let path: String
  private let place: String
  let log: String
  let hosts: [String]
  /// Held while something is changed.
  let changing = Mutex(())
  private let counting = Mutex(())

  /// Included by nginx where our folder is: how that is seen.
  static let baseName = "orien.conf"

  init(nginx: Nginx, path: String, place: String, log: String, hosts: [String]) {
    self.nginx = nginx
    self.path = path
    self.place = place.isEmpty ? path : place
    self.log = log
    self.hosts = hosts
  }

  /// Where the manifest shows it; what nothing walls in sees it where it is.
  func servers() throws(Failure) -> ServerFolder {
    if place != path, let shown = try? Folder(place) { return ServerFolder(folder: shown) }
    return ServerFolder(folder: try Folder(path))
  }

  /// The leases whose ports nginx holds now, and not only its files have.
  func open(_ call: borrowing Call) throws(Failure) -> [Lease] {
    let files = try servers().leases()
    guard !files.isEmpty else { return [] }
    for file in files.values where file.isEdited { warn(of: file, call) }
    let (processes, listeners) = (try nginx.processes(call), try nginx.listeners(call))
    return files.values.map(\.lease)
      .filter { listeners.isHeld($0.port, by: processes) }.sorted { $0.name < $1.name }
  }

  func warn(of file: ServerFile, _ call: borrowing Call) {
    call.log(
      .warning,
      "\(ServerFile.name(of: file.lease.name)) was changed by hand; the next change of it "
        + "makes it anew and keeps that as \(ServerFile.editedName(of: file.lease.name))")
  }

  /// What has been counted, with what has come since.
  @discardableResult
  func traffic(_ call: borrowing Call, open: [Lease]? = nil) throws(Failure) -> Traffic {
    let leases = if let open { open } else { try servers().leases().values.map(\.lease) }
    let store = call.host.store
    return try counting.withLock { (_) throws(Failure) -> Traffic in try count(leases, store) }
  }

  private func count(_ leases: [Lease], _ store: Store) throws(Failure) -> Traffic {
    let kept = try store.value("traffic")
    var traffic = Traffic(kept == nil ? .null : try JSON(parsing: kept!.bytes))
    traffic.know(leases)
    try TrafficLog(log).read(into: &traffic)
    try store.put("traffic", Array(traffic.json.text.utf8), over: kept?.revision ?? .absent)
    return traffic
  }
}
