import COrienABI
import OrienModel

extension Listing {
  /// A place in a plugin's table, for messages: `handlers[0].args[1].name`.
  @dynamicMemberLookup
  struct Field {
    let path: String

    init(_ path: String) { self.path = path }

    subscript(dynamicMember name: String) -> Field { Field("\(path).\(name)") }
    subscript(index: Int) -> Field { Field("\(path)[\(index)]") }

    func refusal(_ what: String) -> Failure { Failure(.invalid, "bad-table", "\(path): \(what)") }
  }
}

extension Listing.Field {
  /// A copy of a struct, as much of it as its owner has.
  func copy<Struct: SizedStruct>(_ pointer: UnsafePointer<Struct>) throws(Failure) -> Struct {
    guard let copy = Struct.copy(from: pointer) else {
      throw refusal(
        "size: expected \(Struct.leastBytes) to 4096, in steps of \(MemoryLayout<Struct>.alignment)"
      )
    }
    return copy
  }

  func text(_ pointer: UnsafePointer<CChar>?) throws(Failure) -> String? {
    do {
      return try PluginText.copy(pointer, atMost: Listing.Bounds.textBytes)
    } catch {
      throw refusal(error.rawValue)
    }
  }

  func required(_ pointer: UnsafePointer<CChar>?) throws(Failure) -> String {
    guard let text = try text(pointer) else { throw refusal("is NULL") }
    return text
  }

  func texts(
    _ list: UnsafePointer<UnsafePointer<CChar>?>?, atMost count: Int
  ) throws(Failure) -> [String] {
    try all(list, atMost: count) { field, pointer throws(Failure) in try field.required(pointer) }
  }

  /// What `body` makes of each element of a NULL-ended array; nothing for NULL.
  func all<Element, Value>(
    _ list: UnsafePointer<UnsafePointer<Element>?>?, atMost count: Int,
    _ body: (Self, UnsafePointer<Element>) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    guard let list else { return [] }
    guard UInt(bitPattern: list) % UInt(MemoryLayout<UInt>.alignment) == 0 else {
      throw refusal("is at an address where no array of pointers can be")
    }
    var values: [Value] = []
    while let pointer = list[values.count] {
      guard values.count < count else { throw refusal("has more than \(count) entries") }
      values.append(try body(self[values.count], pointer))
    }
    return values
  }
}
