import CLibFFI

/// What a function of any C library takes and returns.
package enum ForeignType: String, Sendable, CaseIterable {
  case bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, pointer, void

  fileprivate var type: UnsafeMutablePointer<ffi_type> {
    switch self {
    case .bool, .u8: ffi_shim_uint8()
    case .i8: ffi_shim_sint8()
    case .i16: ffi_shim_sint16()
    case .i32: ffi_shim_sint32()
    case .i64: ffi_shim_sint64()
    case .u16: ffi_shim_uint16()
    case .u32: ffi_shim_uint32()
    case .u64: ffi_shim_uint64()
    case .f32: ffi_shim_float()
    case .f64: ffi_shim_double()
    case .pointer: ffi_shim_pointer()
    case .void: ffi_shim_void()
    }
  }
}

/// The C type of a function that somebody else described, prepared once and called often. That the
/// function is of that type nobody can know: where it is not, the process is what is lost.
///
/// It never changes after `init` and may be used by any number of threads.
package final class ForeignFunction: @unchecked Sendable {
  private let cif = UnsafeMutablePointer<ffi_cif>.allocate(capacity: 1)
  /// libffi keeps a pointer to these for as long as the cif lives.
  private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
  private let address: UnsafeMutableRawPointer
  private let count: Int

  package init(
    at address: UnsafeMutableRawPointer, taking arguments: [ForeignType], returning: ForeignType
  ) {
    self.address = address
    count = arguments.count
    types = .allocate(capacity: max(1, count))
    for (index, argument) in arguments.enumerated() { types[index] = argument.type }
    cif.initialize(to: ffi_cif())
    let status = ffi_prep_cif(cif, FFI_DEFAULT_ABI, UInt32(count), returning.type, types)
    precondition(status == FFI_OK, "libffi knows every type that is named here")
  }

  deinit {
    cif.deallocate()
    types.deallocate()
  }

  /// Calls it with the bits of each argument and answers those of the result, both in the lowest
  /// bytes of a word; what is above the result's own bytes means nothing.
  package func call(_ arguments: [UInt64]) -> UInt64 {
    precondition(arguments.count == count, "a call has one value for each argument")
    var words = arguments
    var result: UInt64 = 0
    words.withUnsafeMutableBufferPointer { words in
      var addresses = (0..<count).map {
        UnsafeMutableRawPointer(words.baseAddress! + $0) as UnsafeMutableRawPointer?
      }
      ffi_call(
        cif, unsafeBitCast(address, to: (@convention(c) () -> Void).self), &result, &addresses)
    }
    return result
  }
}
