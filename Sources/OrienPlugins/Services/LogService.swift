import COrienABI

/// `orien.log/1`: lines of 4 KiB, a bounded number a second, under the plugin's name.
enum LogService {
  static var table: orien_log {
    orien_log(size: ServiceTables.bytes(of: orien_log.self)) { host, call, level, message in
      guard let plugin = LiveHosts.find(host),
        let message = PluginText.copyRepaired(message, atMost: 4096)
      else { return }
      plugin.log(
        PluginLogLevel(rawValue: min(max(level, 0), 3)) ?? .error, message,
        call: call.flatMap { LiveCalls.find($0)?.id })
    }
  }
}
