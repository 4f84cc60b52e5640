import OrienHTTP
import OrienModel
import OrienSandbox
import OrienSystem

/// The body of a question whether ports can be reached from here.
struct PortCheckRequest {
  var address: NetworkAddress
  var ports: Set<UInt16>

  /// A port that is named twice is asked for once. Nobody's name is looked up: who wants to be asked
  /// knows his address.
  init(_ body: [UInt8], portsAtMost: Int) throws(FieldFaults) {
    var faults = FieldFaults()
    let json = try FieldFaults.object(body)
    let address = Self.address(in: json, &faults)
    ports = Self.ports(in: json, atMost: portsAtMost, &faults)
    guard let address, faults.isEmpty else { throw faults }
    self.address = address
  }

  private static func address(in json: JSON, _ faults: inout FieldFaults) -> NetworkAddress? {
    guard let value = json["provider_ip"] else {
      faults.add("provider_ip", type: "missing", "Field required")
      return nil
    }
    guard let text = value.string, let address = NetworkAddress(hostText: text) else {
      faults.add("provider_ip", type: "ip_any_address", "Expected a numeric address")
      return nil
    }
    return address.unmapped
  }

  private static func ports(
    in json: JSON, atMost most: Int, _ faults: inout FieldFaults
  ) -> Set<UInt16> {
    guard let value = json["ports"] else {
      faults.add("ports", type: "missing", "Field required")
      return []
    }
    guard let list = value.array else {
      faults.add("ports", type: "list_type", "Input should be a valid list")
      return []
    }
    guard list.count <= most else {
      faults.add("ports", type: "too_long", "List should have at most \(most) items")
      return []
    }
    var ports: Set<UInt16> = []
    for (index, entry) in list.enumerated() {
      if let port = entry.uint64.flatMap({ UInt16(exactly: $0) }), port > 0 {
        ports.insert(port)
      } else {
        faults.add("ports", "\(index)", type: "value_error", "Expected a port from 1 to 65535")
      }
    }
    return ports
  }
}
