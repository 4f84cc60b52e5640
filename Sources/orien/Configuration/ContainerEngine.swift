import OrienModel
import OrienPlugins
import OrienSystem

/// Where the engine of docker-run is, as clients of Docker's are told by DOCKER_HOST.
struct ContainerEngine {
  static let variable = "DOCKER_HOST"
  private static let socketScheme = "unix://"
  private static let networkScheme = "tcp://"

  private let address: String

  /// Nil for what is asked otherwise than by a socket or plainly over the network, as by ssh.
  init?(_ text: String) {
    guard text.hasPrefix(Self.socketScheme + "/") || text.hasPrefix(Self.networkScheme) else {
      return nil
    }
    address = text
  }

  /// What the plugin is told, and reaches for it.
  var settings: PluginSettings {
    var settings = PluginSettings("docker-run")
    var host = address
    if address.hasPrefix(Self.socketScheme) {
      let socket = Self.place(of: String(address.dropFirst(Self.socketScheme.count)))
      host = Self.socketScheme + socket
      settings.sockets = [socket]
    } else {
      settings.sockets = []
      settings.reach(address)
    }
    settings.config = [JSON.Member("host", .string(host))]
    return settings
  }

  /// Without links on the way, for a worker is shown none: `/var/run` is one nearly everywhere. The
  /// socket itself need not be there yet.
  private static func place(of socket: String) -> String {
    guard let slash = socket.lastIndex(of: "/"), slash != socket.startIndex,
      let folder = HostFile.resolved(String(socket[..<slash]))
    else { return socket }
    return folder + socket[slash...]
  }
}

extension Configuration {
  /// Most machines' DOCKER_HOST was made for other programs than this one: what cannot be used stops
  /// nothing.
  mutating func takeContainerEngine() {
    guard let text = containerHost, ContainerEngine(text) == nil else { return }
    containerHost = nil
    origin[ContainerEngine.variable] = nil
    warnings.append(
      "\(ContainerEngine.variable)=\(text): docker-run asks an engine by unix:///PATH or"
        + " tcp://HOST:PORT, and uses what its manifest says instead")
  }
}
