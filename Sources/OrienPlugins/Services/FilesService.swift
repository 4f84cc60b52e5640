import COrienABI
import OrienModel

/// `orien.files/1`: files of the call's workspace.
enum FilesService {
  static var table: orien_files {
    orien_files(size: ServiceTables.bytes(of: orien_files.self)) { call, path, mode, descriptor in
      descriptor?.pointee = -1
      return CallFunctions.withHost(call) { running, host in
        guard let descriptor, let mode = FileMode(rawValue: mode),
          let path = (try? PluginText.copy(path, atMost: 4096)) ?? nil
        else { return .invalid }
        if host.isCancelled { return .cancelled }
        do throws(Failure) {
          descriptor.pointee = try host.openFile(path, mode)
          return .ok
        } catch {
          return CallStatus(error.code)
        }
      }
    }
  }
}
