import COrienABI
import OrienModel

// Reading what a plugin points at. Its tables and structs are untrusted: nothing is read beyond a
// bound, and nothing is kept but copies.

extension orien_bytes {
  /// The bytes where they are; nil where there should be some and none are, or more than any memory
  /// holds: a `size_t` comes as an `Int`, and one over `Int.max` as a negative one.
  var buffer: UnsafeRawBufferPointer? {
    if size == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let data, size > 0 else { return nil }
    return UnsafeRawBufferPointer(start: data, count: size)
  }
}

enum PluginText {
  enum Fault: String, Error {
    case tooLong = "is too long"
    case notUTF8 = "is no valid UTF-8"
  }

  /// A copy of the text, nil for NULL.
  static func copy(
    _ pointer: UnsafePointer<CChar>?, atMost bytes: Int
  ) throws(Fault) -> String? {
    guard let pointer else { return nil }
    var length = 0
    while length <= bytes, pointer[length] != 0 { length += 1 }
    guard length <= bytes else { throw .tooLong }
    return try string(pointer, length)
  }

  /// A copy of as much of the text as fits, what is no UTF-8 in it repaired: for what people read.
  static func copyRepaired(_ pointer: UnsafePointer<CChar>?, atMost bytes: Int) -> String? {
    guard let pointer else { return nil }
    var length = 0
    while length < bytes, pointer[length] != 0 { length += 1 }
    return pointer.withMemoryRebound(to: UInt8.self, capacity: length) {
      String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
    }
  }

  private static func string(
    _ pointer: UnsafePointer<CChar>, _ length: Int
  ) throws(Fault) -> String {
    let text = pointer.withMemoryRebound(to: UInt8.self, capacity: length) {
      String(validating: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
    }
    guard let text else { throw .notUTF8 }
    return text
  }

  /// Copies of a NULL-ended array, empty for NULL; nil where there are too many, where they are
  /// more than `bytes` together, or where one is no UTF-8.
  static func copyAll(
    _ list: UnsafePointer<UnsafePointer<CChar>?>?, atMost count: Int, bytes: Int
  ) -> [String]? {
    guard let list else { return [] }
    var texts: [String] = []
    var rest = bytes
    while let pointer = list[texts.count] {
      guard texts.count < count, let text = try? copy(pointer, atMost: rest) else { return nil }
      texts.append(text)
      rest -= text.utf8.count
    }
    return texts
  }
}

/// A struct of the ABI, which begins with its size.
protocol SizedStruct {
  init()
  /// The fewest bytes that one may have.
  static var leastBytes: Int { get }
}

extension SizedStruct {
  /// A copy of as much as both sides have, the rest zero; nil where its size is one that no
  /// compiler gives it.
  static func copy(from pointer: UnsafePointer<Self>) -> Self? {
    let raw = UnsafeRawPointer(pointer)
    guard let theirs = size(at: raw) else { return nil }
    var copy = Self()
    withUnsafeMutableBytes(of: &copy) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: min(theirs, $0.count)))
    }
    return copy
  }

  /// Writes as much as both sides have and leaves `size`, and what only the other has.
  func fill(_ pointer: UnsafeMutablePointer<Self>) {
    let raw = UnsafeMutableRawPointer(pointer)
    guard let theirs = Self.size(at: raw) else {
      preconditionFailure("a struct's size is checked before it is filled in")
    }
    let head = MemoryLayout<UInt32>.size
    withUnsafeBytes(of: self) {
      let count = min(theirs, $0.count) - head
      (raw + head).copyMemory(from: $0.baseAddress! + head, byteCount: count)
    }
  }

  static func hasSoundSize(_ pointer: UnsafePointer<Self>) -> Bool {
    size(at: UnsafeRawPointer(pointer)) != nil
  }

  private static func size(at pointer: UnsafeRawPointer) -> Int? {
    let alignment = MemoryLayout<Self>.alignment
    guard UInt(bitPattern: pointer) % UInt(alignment) == 0 else { return nil }
    let size = Int(pointer.load(as: UInt32.self))
    return (leastBytes...4096).contains(size) && size % alignment == 0 ? size : nil
  }
}

extension orien_plugin: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_PLUGIN) }
}
extension orien_handler: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_HANDLER) }
}
extension orien_arg: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_ARG) }
}
extension orien_limits: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_LIMITS) }
}
extension orien_exit: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_EXIT) }
}
extension orien_usage: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_USAGE) }
}
extension orien_lasting_status: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_LASTING_STATUS) }
}
extension orien_command: SizedStruct {
  static var leastBytes: Int { Int(ORIEN_LEAST_COMMAND) }
}
