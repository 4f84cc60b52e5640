import OrienModel
import OrienNode

/// The body of `POST /api/v1/vms` in either of its forms: sizes in an object of their own, or beside
/// the name.
struct MachineRequest {
  var name: String
  var size: MachineSize
  var image: String?
  /// Nil: the node makes a pair.
  var key: SSHPublicKey?
  /// The stream that pays, in decimal digits.
  var stream: String?
  /// That its sender wants that.
  var proof: StreamProof?

  private static let namePattern = "^[a-z0-9][a-z0-9-]*[a-z0-9]$"
  private static let processors: [Int64] = [1, 2, 4, 8, 16]
  private static let memories: [Int64] = [1, 2, 4, 8, 16, 32, 64]
  private static let disks: ClosedRange<Int64> = 10...65536

  init(_ body: [UInt8]) throws(FieldFaults) {
    var faults = FieldFaults()
    let json = try FieldFaults.object(body)
    name = Self.name(in: json, &faults)
    size = Self.size(in: json, &faults)
    image = Self.text("image", in: json, &faults)
    if let image, image.utf8.count > 255 || image.utf8.contains(where: { $0 <= 0x20 }) {
      faults.add("image", type: "value_error", "Expected the name of an image")
    }
    if let text = Self.text("ssh_key", in: json, &faults) {
      do throws(Failure) {
        key = try SSHPublicKey(text)
      } catch {
        faults.add("ssh_key", type: "value_error", error.faults.first?.message ?? error.message)
      }
    }
    stream = Self.stream(in: json, &faults)
    proof = Self.proof(in: json, &faults)
    guard faults.isEmpty else { throw faults }
  }

  /// A number, or its digits: it may have more than readers of numbers keep.
  private static func stream(in json: JSON, _ faults: inout FieldFaults) -> String? {
    guard let value = json["stream_id"], !value.isNull else { return nil }
    let digits = value.string ?? value.uint64.map { String($0) }
    guard let digits, UInt256(decimal: digits) != nil else {
      faults.add("stream_id", type: "int_type", "Input should be a valid integer")
      return nil
    }
    return digits
  }

  private static func proof(in json: JSON, _ faults: inout FieldFaults) -> StreamProof? {
    guard let value = json["stream_proof"], !value.isNull else { return nil }
    do throws(Failure) { return try StreamProof(value, momentAs: "signed_at") } catch {
      faults.add("stream_proof", type: "value_error", error.message)
      return nil
    }
  }

  private static func name(in json: JSON, _ faults: inout FieldFaults) -> String {
    guard json["name"] != nil else {
      faults.add("name", type: "missing", "Field required")
      return ""
    }
    guard let name = text("name", in: json, &faults) else { return "" }
    let bytes = Array(name.utf8)
    if bytes.count < 3 {
      faults.add(
        "name", type: "string_too_short", "String should have at least 3 characters")
    } else if bytes.count > 64 {
      faults.add("name", type: "string_too_long", "String should have at most 64 characters")
    } else if !isName(bytes) {
      faults.add(
        "name", type: "string_pattern_mismatch", "String should match pattern '\(namePattern)'")
    } else if zip(bytes, bytes.dropFirst()).contains(where: { ($0, $1) == (0x2d, 0x2d) }) {
      faults.add("name", type: "value_error", "VM name cannot contain consecutive hyphens")
    } else if name == "jobs" {
      faults.add("name", type: "value_error", "jobs is where jobs are asked for")
    }
    return name
  }

  private static func isName(_ bytes: [UInt8]) -> Bool {
    let isLetter = { (byte: UInt8) in
      byte.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    return bytes.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "-") }
      && bytes.first.map(isLetter) == true && bytes.last.map(isLetter) == true
  }

  /// A named size, and over it what stands beside the name, and over that what stands in `resources`.
  private static func size(in json: JSON, _ faults: inout FieldFaults) -> MachineSize {
    var size = MachineSize.named[0].size
    if let name = text("size", in: json, &faults) {
      if let named = MachineSize(named: name) {
        size = named
      } else {
        faults.add(
          "size", type: "enum", "Input should be 'small', 'medium', 'large' or 'xlarge'")
      }
    }
    var cpu = number("cpu_cores", in: json, [], &faults)
    var memory = number("memory_gb", in: json, [], &faults)
    var disk = number("storage_gb", in: json, [], &faults)
    if let resources = json["resources"], !resources.isNull {
      if resources.members == nil {
        faults.add(
          "resources", type: "model_attributes_type", "Input should be a valid dictionary")
      }
      cpu = number("cpu", in: resources, ["resources"], &faults) ?? cpu
      memory = number("memory", in: resources, ["resources"], &faults) ?? memory
      disk = number("storage", in: resources, ["resources"], &faults) ?? disk
    }
    let chosen = MachineSize(
      cpu: cpu ?? size.cpu, memoryGiB: memory ?? size.memoryGiB, diskGiB: disk ?? size.diskGiB)
    return chosen
  }

  private static func number(
    _ name: String, in json: JSON, _ place: [String], _ faults: inout FieldFaults
  ) -> Int64? {
    guard let value = json[name], !value.isNull else { return nil }
    func refuse(_ type: String, _ message: String) {
      if let outer = place.first {
        faults.add(outer, name, type: type, message)
      } else {
        faults.add(name, type: type, message)
      }
    }
    guard let number = value.int64 else {
      refuse("int_type", "Input should be a valid integer")
      return nil
    }
    let message: String? =
      switch name {
      case "cpu", "cpu_cores": among(processors, number, "CPU cores")
      case "memory", "memory_gb": among(memories, number, "Memory in GB")
      default:
        disks.contains(number) ? nil : "Storage has \(disks.lowerBound) GB at least"
      }
    if let message {
      refuse("value_error", message)
      return nil
    }
    return number
  }

  private static func among(_ all: [Int64], _ number: Int64, _ what: String) -> String? {
    guard !all.contains(number) else { return nil }
    return "\(what) must be one of \(all.map(String.init).joined(separator: ", "))"
  }

  /// Nil where it is not there, or wrong.
  private static func text(
    _ name: String, in json: JSON, _ faults: inout FieldFaults
  ) -> String? {
    guard let value = json[name], !value.isNull else { return nil }
    guard let text = value.string else {
      faults.add(name, type: "string_type", "Input should be a valid string")
      return nil
    }
    return text
  }
}
