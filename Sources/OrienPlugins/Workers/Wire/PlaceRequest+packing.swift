import OrienModel

extension PlaceRequest: Packed {
  private enum Kind: UInt8 {
    case make = 1, show, remove
  }

  func write(to packer: inout Packer) {
    switch self {
    case .make: packer.put(number: Kind.make.rawValue)
    case .show(let path, let readsOnly):
      packer.put(number: Kind.show.rawValue)
      packer.put(path)
      packer.put(readsOnly)
    case .remove(let path):
      packer.put(number: Kind.remove.rawValue)
      packer.put(path)
    }
  }

  init(from unpacker: inout Unpacker) throws(Failure) {
    switch Kind(rawValue: try unpacker.number()) {
    case .make: self = .make
    case .show: self = .show(try Self.path(&unpacker), readsOnly: try unpacker.part())
    case .remove: self = .remove(try Self.path(&unpacker))
    case nil: throw Unpacker.damaged
    }
  }

  private static func path(_ unpacker: inout Unpacker) throws(Failure) -> String {
    let path = try unpacker.part(String.self)
    guard path.utf8.count <= pathBytes, !path.utf8.contains(0) else { throw Unpacker.damaged }
    return path
  }
}
