import OrienAPI
import OrienLedger
import OrienModel

/// A key as the node keeps it: whose it is, what they may, and by what it is recognized. The key
/// itself is told once, to who made it.
struct KeyRecord: Sendable, Equatable {
  enum Role: String, Sendable, CaseIterable { case `operator`, tenant }

  /// The owner of whatever is made with it.
  let name: String
  let role: Role
  let print: Fingerprint
  let createdAt: String

  var accessKey: Access.Key {
    Access.Key(owner: Owner(name), isOperator: role == .operator, print: print)
  }

  /// Why `name` cannot be a key's; nil where it can.
  static func fault(ofName name: String) -> String? {
    guard (1...64).contains(name.utf8.count), name != ".", name != "..",
      name.utf8.allSatisfy({ $0.isASCIIWord || $0 == UInt8(ascii: ".") })
    else { return "expected 1 to 64 letters, digits, '.', '_' or '-'" }
    guard name != Owner.operator.description else {
      return "is the name of PROVIDER_API_KEY, and of who asks a node without keys"
    }
    return nil
  }
}

extension KeyRecord {
  /// Reads an entry of the file.
  init(_ json: JSON) throws(Failure) {
    guard let name = json["name"]?.string, let role = json["role"]?.string.flatMap(Role.init),
      let print = json["blake2b"]?.string.flatMap({ Fingerprint(hex: $0) }),
      let createdAt = json["createdAt"]?.string, json.members?.count == 4
    else {
      throw Failure(.invalid, "key-file", "expected name, role, blake2b and createdAt")
    }
    if let fault = Self.fault(ofName: name) {
      throw Failure(.invalid, "key-file", "\(name.printable): \(fault)")
    }
    self.init(name: name, role: role, print: print, createdAt: createdAt)
  }

  /// As the file has it.
  var stored: JSON {
    .object([
      JSON.Member("name", .string(name)), JSON.Member("role", .string(role.rawValue)),
      JSON.Member("blake2b", .string(print.hex)), JSON.Member("createdAt", .string(createdAt)),
    ])
  }
}
