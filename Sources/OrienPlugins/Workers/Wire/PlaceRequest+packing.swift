import OrienModel

extension PlaceRequest: Packed {
  private enum Kind: UInt8 {
    case make = 1, show, clear
  }

  func write(to packer: inout Packer) {
    switch self {
    case .make: packer.put(number: Kind.make.rawValue)
    case .show(let path, let readsOnly):
      packer.put(number: Kind.show.rawValue)
      packer.put(path)
      packer.put(readsOnly)
    case .clear(let kept):
      packer.put(number: Kind.clear.rawValue)
      packer.put(kept)
    }
  }

  init(from unpacker: inout Unpacker) throws(Failure) {
    switch Kind(rawValue: try unpacker.number()) {
    case .make: self = .make
    case .show:
      let path = try unpacker.part(String.self)
      guard path.utf8.count <= Self.pathBytes, !path.utf8.contains(0) else {
        throw Unpacker.damaged
      }
      self = .show(path, readsOnly: try unpacker.part())
    case .clear:
      let kept = try unpacker.part([String].self)
      guard kept.count <= Self.mostKept else { throw Unpacker.damaged }
      self = .clear(keeping: kept)
    case nil: throw Unpacker.damaged
    }
  }
}
