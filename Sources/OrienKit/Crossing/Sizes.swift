internal import COrienABI

extension UnsafePointer {
  /// `ORIEN_HAS`: true where `field` lies wholly inside what the table's owner has. Every table of
  /// the ABI begins with its size, and one of an older node may end before this kit's does.
  func has<Field>(_ field: KeyPath<Pointee, Field>) -> Bool {
    guard let offset = MemoryLayout<Pointee>.offset(of: field) else {
      preconditionFailure("a field of a C table has an offset")
    }
    let size = UnsafeRawPointer(self).load(as: UInt32.self)
    return Int(size) >= offset + MemoryLayout<Field>.size
  }
}

extension [UInt8] {
  /// Lends the bytes to a function of the node, which copies what it keeps.
  func withBytes<Result>(_ body: (orien_bytes) -> Result) -> Result {
    withUnsafeBufferPointer { body(orien_bytes(data: $0.baseAddress, size: $0.count)) }
  }
}
