import COrienABI
import Synchronization

/// Which plugin an `orien_host` belongs to, by its address. As no library is ever unloaded, a host
/// is never taken back.
enum LiveHosts {
  private static let plugins = Mutex<[UInt: PluginContext]>([:])

  static func add(_ plugin: PluginContext, at address: UnsafeMutablePointer<orien_host>) {
    let key = UInt(bitPattern: address)
    plugins.withLock { $0[key] = plugin }
  }

  static func find(_ address: UnsafePointer<orien_host>?) -> PluginContext? {
    guard let address else { return nil }
    let key = UInt(bitPattern: address)
    return plugins.withLock { $0[key] }
  }
}
