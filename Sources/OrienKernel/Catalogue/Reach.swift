import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// What a plugin's programs reach beyond their workspace, as its manifest grants it.
struct Reach: Sendable {
  /// Where they may connect to; nil: nowhere beyond themselves.
  let egress: EgressPolicy?
  let network: JailRequest.Network
  let devices: [String]

  /// Failures name the manifest's entries that nobody understands.
  init(_ manifest: Manifest) throws(Failure) {
    devices = manifest.devices
    switch manifest.network {
    case .none: (network, egress) = (.none, nil)
    case .loopback: (network, egress) = (.loopback, nil)
    case .allow(let entries):
      do throws(Failure) { egress = try EgressPolicy(entries) } catch {
        throw Failure(.unavailable, "bad-manifest", "manifest.network.allow: \(error.description)")
      }
      network = .door
    }
  }

  private init(devices: [String]) {
    (egress, network) = (nil, .none)
    self.devices = devices
  }

  /// The same without any network.
  var offline: Reach { Reach(devices: devices) }

  /// The devices as a jail knows them that may lend these.
  func places(among lent: [String]) throws(Failure) -> Set<Int> {
    var places: Set<Int> = []
    for device in devices {
      guard let place = lent.firstIndex(of: device) else {
        throw Failure(
          .unavailable, "device", "\(device) was not granted yet when the node started: restart it")
      }
      places.insert(place)
    }
    return places
  }

  /// The device that this machine has not got; nil: it has them all.
  var missingDevice: Failure? {
    devices.first { HostFile.kind(at: $0) != .device }.map {
      Failure(.unavailable, "device", "this machine has no device \($0)")
    }
  }

  /// What tells programs of their way out, in the words that they look for.
  var environment: [String] {
    guard egress != nil else { return [] }
    let http = "http://127.0.0.1:\(JailRequest.doorPort)"
    let names = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map { "\($0)=\(http)" }
    let socks = "socks5h://127.0.0.1:\(JailRequest.doorPort)"
    let local = "localhost,127.0.0.1,::1"
    return names + [
      "all_proxy=\(socks)", "ALL_PROXY=\(socks)", "no_proxy=\(local)", "NO_PROXY=\(local)",
    ]
  }
}
