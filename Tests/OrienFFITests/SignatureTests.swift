import COrienABI
import OrienFFI
import OrienModel
import Testing

@Suite("A signature")
struct SignatureTests {
  private typealias Mixed =
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UInt8, Int64, Double,
      UnsafePointer<CChar>?, orien_bytes, UnsafePointer<UnsafePointer<CChar>?>?
    ) -> Int32

  private static func call(
    _ function: orien_function, _ kinds: [Argument.Kind], _ values: [ArgumentValue],
    first: UnsafeMutableRawPointer? = nil, second: UnsafeMutableRawPointer? = nil
  ) -> Int32 {
    var arena = Arena()
    arena.reset(bytes: Signature.bytes(of: values))
    return Signature(kinds).call(function, first, second, values, arena: &arena)
  }

  @Test("passes each kind as C passes it, bytes by value")
  func mixed() {
    let function: Mixed = { first, second, flag, count, ratio, text, bytes, texts in
      guard UInt(bitPattern: first) == 1, UInt(bitPattern: second) == 2, flag == 1,
        count == Int64.min, ratio == -0.25, String(cString: text!) == "é",
        bytes.size == 3, bytes.data[2] == 9, String(cString: texts![0]!) == "x",
        String(cString: texts![1]!) == "", texts![2] == nil
      else { return 1 }
      return -7
    }
    let answer = Self.call(
      unsafeBitCast(function, to: orien_function.self),
      [.bool, .integer, .number, .text, .bytes, .texts],
      [
        .bool(true), .integer(.min), .number(-0.25), .text("é"), .bytes([7, 8, 9]),
        .texts(["x", ""]),
      ], first: UnsafeMutableRawPointer(bitPattern: 1),
      second: UnsafeMutableRawPointer(bitPattern: 2))
    #expect(answer == -7)
  }

  @Test("passes more arguments than there are registers")
  func many() {
    typealias Many =
      @convention(c) (
        UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, orien_bytes, Int64, Double, Int64,
        Double,
        Int64, Double, Int64, Double, orien_bytes, UInt8, UInt8, Double, Int64
      ) -> Int32
    let function: Many = { _, _, a, b, c, d, e, f, g, h, i, j, k, l, m, n in
      let sum = Double(b + d + f + h + n) + c + e + g + i + m
      return Int32(sum) + Int32(a.size + j.size) + Int32(k + l)
    }
    let kinds: [Argument.Kind] = [
      .bytes, .integer, .number, .integer, .number, .integer, .number, .integer, .number, .json,
      .bool, .bool, .number, .integer,
    ]
    let values: [ArgumentValue] = [
      .bytes([0]), .integer(1), .number(2), .integer(3), .number(4), .integer(5), .number(6),
      .integer(7), .number(8), .bytes([0, 0]), .bool(true), .bool(true), .number(9), .integer(10),
    ]
    #expect(Self.call(unsafeBitCast(function, to: orien_function.self), kinds, values) == 60)
  }

  @Test("passes what is absent as NULL")
  func absent() {
    typealias Absent =
      @convention(c) (
        UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafePointer<CChar>?, orien_bytes,
        UnsafePointer<UnsafePointer<CChar>?>?
      ) -> Int32
    let function: Absent = { _, _, text, bytes, texts in
      text == nil && bytes.size == 0 && texts == nil ? 0 : 1
    }
    let answer = Self.call(
      unsafeBitCast(function, to: orien_function.self), [.file, .json, .texts],
      [.text(nil), .bytes([]), .texts(nil)])
    #expect(answer == 0)
  }

  @Test("keeps its arguments apart in an arena that is used again, however large they are")
  func again() {
    typealias Two =
      @convention(c) (
        UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, orien_bytes, UnsafePointer<CChar>?
      ) -> Int32
    let function: Two = { _, _, bytes, text in
      let buffer = UnsafeBufferPointer(start: bytes.data, count: bytes.size)
      return buffer.allSatisfy { $0 == UInt8(truncatingIfNeeded: bytes.size) }
        && String(cString: text!).utf8.count == bytes.size ? 0 : 1
    }
    let signature = Signature([.bytes, .text])
    var arena = Arena()
    for size in [1, 5000, 3, 2 << 20, 0, 70_000] {
      let values: [ArgumentValue] = [
        .bytes(Array(repeating: UInt8(truncatingIfNeeded: size), count: size)),
        .text(String(repeating: "x", count: size)),
      ]
      arena.reset(bytes: Signature.bytes(of: values))
      let answer = signature.call(
        unsafeBitCast(function, to: orien_function.self), nil, nil, values, arena: &arena)
      #expect(answer == 0)
    }
  }

  @Test("asks for enough room, whatever the values and their order")
  func room() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let values = (0..<Int.random(in: 0...14, using: &random)).map { _ -> ArgumentValue in
        switch Int.random(in: 0...6, using: &random) {
        case 0: .bool(true)
        case 1: .integer(1)
        case 2: .number(1)
        case 3: .text(String(repeating: "a", count: .random(in: 0...3000, using: &random)))
        case 4: .bytes(Array(repeating: 1, count: .random(in: 0...3000, using: &random)))
        case 5: .texts(Array(repeating: "abc", count: .random(in: 0...900, using: &random)))
        default: .texts(nil)
        }
      }
      let kinds = values.map { value -> Argument.Kind in
        switch value {
        case .bool: .bool
        case .integer: .integer
        case .number: .number
        case .text: .text
        case .bytes: .bytes
        case .texts: .texts
        }
      }
      let function: @convention(c) () -> Int32 = { 5 }
      // An arena that is asked for more than it was reset to traps.
      #expect(Self.call(unsafeBitCast(function, to: orien_function.self), kinds, values) == 5)
    }
  }
}
