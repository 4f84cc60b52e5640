import OrienFFI
import OrienModel

/// A declared tool that is a function of a C library. It is called in a worker and nowhere else: what
/// its declaration gets wrong about its type is the end of that process.
struct Function: Sendable {
  /// As the dynamic loader finds it: `libz.so.1`.
  var library: String
  var symbol: String
  var parameters: [Parameter]
  var returns: Result
  /// What is the call's output: a buffer's place among the parameters, or nil for the result.
  var emitted: Int?
  /// Any other result is a failure.
  var expected: Int64?
  /// What callers give, in the order of the parameters that take it.
  var arguments: [DeclaredArgument]

  /// One parameter of the C function. Numbers inside are places: of a caller's argument, or of another
  /// parameter.
  enum Parameter: Sendable, Equatable {
    case number(argument: Int, ForeignType)
    /// `const char *`, NULL where it is absent.
    case text(argument: Int)
    /// `const void *`, NULL where there are none.
    case bytes(argument: Int)
    /// How many bytes another parameter points to.
    case size(of: Int, ForeignType)
    /// The same by a pointer, and afterwards how many of them the function has filled.
    case sizeCell(of: Int)
    case constant(UInt64, ForeignType)
    /// Room for the function to write to, zeroed.
    case buffer(bytes: Int)

    var type: ForeignType {
      switch self {
      case .number(_, let type), .size(_, let type), .constant(_, let type): type
      case .text, .bytes, .sizeCell, .buffer: .pointer
      }
    }
  }

  enum Result: Sendable, Equatable {
    case value(ForeignType)
    /// `const char *` that stays the library's.
    case text
  }

  var returnedType: ForeignType {
    switch returns {
    case .value(let type): type
    case .text: .pointer
    }
  }

  /// The place of the parameter that says how much of a buffer is filled.
  func cell(of buffer: Int) -> Int? { parameters.firstIndex(of: .sizeCell(of: buffer)) }

  static let mostBufferBytes = 16 << 20
}

extension ForeignType {
  static let integers: [ForeignType] = [.i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64]

  var isInteger: Bool { Self.integers.contains(self) }

  /// The integers that it has and a caller can name.
  var range: ClosedRange<Int64>? {
    switch self {
    case .i8: Int64(Int8.min)...Int64(Int8.max)
    case .i16: Int64(Int16.min)...Int64(Int16.max)
    case .i32: Int64(Int32.min)...Int64(Int32.max)
    case .i64: .min ... .max
    case .u8: 0...Int64(UInt8.max)
    case .u16: 0...Int64(UInt16.max)
    case .u32: 0...Int64(UInt32.max)
    case .u64: 0 ... .max
    case .bool, .f32, .f64, .pointer, .void: nil
    }
  }

  /// The integer whose bits these are, in decimal.
  func decimal(_ bits: UInt64) -> String {
    signed(bits).map { "\($0)" } ?? "\(bits)"
  }

  /// The same as a number; nil where it is a `u64`.
  func signed(_ bits: UInt64) -> Int64? {
    switch self {
    case .i8: Int64(Int8(truncatingIfNeeded: bits))
    case .i16: Int64(Int16(truncatingIfNeeded: bits))
    case .i32: Int64(Int32(truncatingIfNeeded: bits))
    case .i64: Int64(bitPattern: bits)
    case .u8, .bool: Int64(UInt8(truncatingIfNeeded: bits))
    case .u16: Int64(UInt16(truncatingIfNeeded: bits))
    case .u32: Int64(UInt32(truncatingIfNeeded: bits))
    case .u64, .f32, .f64, .pointer, .void: Int64(exactly: bits)
    }
  }
}
