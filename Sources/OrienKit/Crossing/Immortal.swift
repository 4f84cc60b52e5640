/// Memory that lives until the process ends, as everything behind a plugin's table does: the node
/// never unloads a library, and reads its tables whenever it likes.
enum Immortal {
  static func value<Value>(_ value: Value) -> UnsafePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    pointer.initialize(to: value)
    return UnsafePointer(pointer)
  }

  /// The text with its NUL; nil for nil.
  static func text(_ text: String?) -> UnsafePointer<CChar>? {
    text.map { TextList.copy($0) }
  }

  /// The elements and a NULL; nil where there are none.
  static func list<Value>(
    _ values: [UnsafePointer<Value>]
  ) -> UnsafePointer<UnsafePointer<Value>?>? {
    guard !values.isEmpty else { return nil }
    let list = UnsafeMutablePointer<UnsafePointer<Value>?>.allocate(capacity: values.count + 1)
    for (index, value) in values.enumerated() { (list + index).initialize(to: value) }
    (list + values.count).initialize(to: nil)
    return UnsafePointer(list)
  }

  static func texts(_ texts: [String]) -> UnsafePointer<UnsafePointer<CChar>?>? {
    list(texts.map { TextList.copy($0) })
  }
}
