import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

// What a worker is shown of the machine: folders, and after them sockets.

extension Grants {
  var places: [JailRequest.Place] {
    folders.map { JailRequest.Place($0.isWritable ? .write : .read, $0.place) }
      + sockets.map { JailRequest.Place(.socket, $0) }
  }

  /// Each of them, opened. Blocks.
  func shown() throws(Failure) -> [HostPlace] {
    var shown: [HostPlace] = []
    for folder in folders { shown.append(try HostPlace(at: folder.path, isSocket: false)) }
    for socket in sockets { shown.append(try HostPlace(at: socket, isSocket: true)) }
    return shown
  }

  /// Without walls a worker sees all of the machine, each thing where it is.
  func checkUnwalled() throws(Failure) {
    guard let folder = folders.first(where: { $0.path != $0.place }) else { return }
    throw Failure(
      .unavailable, "no-walls",
      "nothing walls its process in, which cannot find \(folder.path) at \(folder.place) so")
  }
}
