import CLibFFI
package import COrienABI
package import OrienModel

/// The C type of a plugin's function, prepared once and called often:
/// `orien_status (*)(void *, orien_call *, <one argument a kind>)`.
///
/// It never changes after `init` and may be used by any number of threads.
package final class Signature: @unchecked Sendable {
  package let kinds: [Argument.Kind]
  private let cif = UnsafeMutablePointer<ffi_cif>.allocate(capacity: 1)
  /// libffi keeps a pointer to these for as long as the cif lives.
  private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>

  package init(_ kinds: [Argument.Kind]) {
    self.kinds = kinds
    types = .allocate(capacity: kinds.count + 2)
    types[0] = ffi_shim_pointer()
    types[1] = ffi_shim_pointer()
    for (index, kind) in kinds.enumerated() { types[index + 2] = Self.type(of: kind) }
    cif.initialize(to: ffi_cif())
    let status = ffi_prep_cif(
      cif, FFI_DEFAULT_ABI, UInt32(kinds.count + 2), ffi_shim_sint32(), types)
    precondition(status == FFI_OK, "libffi knows every type of the ABI")
  }

  deinit {
    cif.deallocate()
    types.deallocate()
  }

  /// One argument: the bytes of a JSON object.
  package static let packed = Signature([.json])

  private static func type(of kind: Argument.Kind) -> UnsafeMutablePointer<ffi_type> {
    switch kind {
    case .bool: ffi_shim_uint8()
    case .integer: ffi_shim_sint64()
    case .number: ffi_shim_double()
    case .text, .file, .texts: ffi_shim_pointer()
    case .bytes, .json: BytesType.shared.pointer
    }
  }

  /// Calls `function` with the two pointers and the values, and answers what it returned.
  ///
  /// Traps where the values are not of the kinds, one for each. `arena` has been reset to at least
  /// `bytes(of: values)` more than has been taken from it since, and keeps the arguments.
  package func call(
    _ function: orien_function, _ first: UnsafeMutableRawPointer?,
    _ second: UnsafeMutableRawPointer?, _ values: [ArgumentValue], arena: inout Arena
  ) -> Int32 {
    precondition(values.count == kinds.count, "a call has one value for each argument")
    let addresses = arena.room(for: values.count + 2, of: UnsafeMutableRawPointer?.self)
    let leading = arena.room(for: 2, of: UnsafeMutableRawPointer?.self)
    leading[0] = first
    leading[1] = second
    addresses[0] = UnsafeMutableRawPointer(leading)
    addresses[1] = UnsafeMutableRawPointer(leading + 1)
    for (index, value) in values.enumerated() {
      addresses[index + 2] = arena.place(value, as: kinds[index])
    }
    // libffi widens a small integer to a register.
    var result = ffi_arg()
    ffi_call(cif, function, &result, addresses)
    return Int32(truncatingIfNeeded: result)
  }
}

/// libffi's description of `orien_bytes`, which goes by value. Made once and never freed.
private struct BytesType: @unchecked Sendable {
  static let shared = BytesType()
  let pointer: UnsafeMutablePointer<ffi_type>

  private init() {
    let elements = UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>.allocate(capacity: 3)
    elements[0] = ffi_shim_pointer()
    elements[1] = ffi_shim_uint64()
    elements[2] = nil
    pointer = .allocate(capacity: 1)
    pointer.initialize(
      to: ffi_type(size: 0, alignment: 0, type: UInt16(FFI_TYPE_STRUCT), elements: elements))
  }
}
