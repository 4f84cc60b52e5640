import OrienEVM
import OrienModel

// What stands in each of the files.
extension GolemFolder {
  /// Both maps say the same, each in its direction.
  static func names(
    _ members: [JSON.Member]
  ) throws(Failure) -> [(name: String, engineName: String)] {
    let file = "vm_names.json"
    guard !members.isEmpty else { return [] }
    var maps: [String: [String: String]] = [:]
    for member in members {
      var map: [String: String] = [:]
      for entry in member.value.members ?? [] {
        guard let text = entry.value.string, !text.isEmpty else {
          throw fault(file, "\(member.name.printable).\(entry.name.printable): expected a name")
        }
        map[entry.name] = text
      }
      maps[member.name] = map
    }
    guard let names = maps["name_map"], let reverse = maps["reverse_map"],
      members.allSatisfy({ $0.value.members != nil })
    else { throw fault(file, "expected name_map and reverse_map") }
    for (name, engineName) in names where reverse[engineName] != name {
      throw fault(file, "\(name.printable): name_map and reverse_map contradict each other")
    }
    guard names.count == reverse.count else {
      throw fault(file, "name_map and reverse_map contradict each other")
    }
    return names.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  static func ports(_ members: [JSON.Member]) throws(Failure) -> [String: UInt16] {
    var ports: [String: UInt16] = [:]
    for member in members {
      guard let port = member.value.uint64.flatMap({ UInt16(exactly: $0) }), port > 0 else {
        throw fault("ports.json", "\(member.name.printable): expected a port")
      }
      if let other = ports.first(where: { $0.value == port })?.key {
        throw fault(
          "ports.json", "\(member.name.printable) and \(other.printable) have port \(port) both")
      }
      ports[member.name] = port
    }
    return ports
  }

  static func check(
    proxies members: [JSON.Member], against ports: [String: UInt16]
  ) throws(Failure) {
    let file = "proxy_state.json"
    guard !members.isEmpty else { return }
    let json = JSON.object(members)
    guard json["version"]?.int64 == 1, let proxies = json["proxies"]?.members else {
      throw fault(file, "expected version 1 and proxies")
    }
    for proxy in proxies {
      let name = proxy.name.printable
      guard let port = proxy.value["port"]?.uint64.flatMap({ UInt16(exactly: $0) }), port > 0,
        proxy.value["target"]?.string != nil
      else { throw fault(file, "\(name): expected port and target") }
      if let other = ports[proxy.name], other != port {
        throw fault(file, "\(name): has port \(port) here, and \(other) in ports.json")
      }
    }
  }

  /// A number as it stands there, which may be longer than any of ours.
  static func streams(_ members: [JSON.Member]) throws(Failure) -> [String: String] {
    var streams: [String: String] = [:]
    for member in members {
      let text = member.value.plain
      guard UInt256(decimal: text) != nil else {
        throw fault("streams.json", "\(member.name.printable): expected a stream's number")
      }
      streams[member.name] = text
    }
    return streams
  }

  static func address(_ members: [JSON.Member]) throws(Failure) -> String? {
    let file = "provider_key.json"
    guard !members.isEmpty else { return nil }
    let json = JSON.object(members)
    guard let address = json["address"]?.string, isHex(address, digits: 40) else {
      throw fault(file, "expected an address of 40 hexadecimal digits")
    }
    guard let key = json["private_key"]?.string, isHex(key, digits: 64) else {
      throw fault(file, "expected a private_key of 64 hexadecimal digits")
    }
    do throws(Failure) {
      let bytes = HexData.bytes(of: key.with0x) ?? []
      guard try SigningKey(bytes).address == Address(parsing: address.with0x) else {
        throw Failure(.invalid, "import", "its key is not its address's")
      }
    } catch {
      throw fault(file, error.message)
    }
    return address
  }

  private static func isHex(_ text: String, digits: Int) -> Bool {
    let bare = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
    return bare.utf8.count == digits && bare.utf8.allSatisfy { $0.hexValue != nil }
  }
}

extension String {
  fileprivate var with0x: String { hasPrefix("0x") ? self : "0x" + self }
}
