/// Texts as C has them in `argv`: pointers to bytes that end in NUL, and a NULL after the last.
/// They live as long as this object.
final class TextList {
  let pointer: UnsafePointer<UnsafePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: texts.count + 1)
    for (index, text) in texts.enumerated() { (list + index).initialize(to: Self.copy(text)) }
    (list + texts.count).initialize(to: nil)
    pointer = UnsafePointer(list)
    count = texts.count
  }

  deinit {
    for index in 0..<count { pointer[index]?.deallocate() }
    pointer.deallocate()
  }

  /// The text's bytes and a NUL, for the caller to deallocate. A NUL inside would cut it short
  /// unseen, and traps.
  static func copy(_ text: String) -> UnsafePointer<CChar> {
    precondition(!text.utf8.contains(0), "a text that crosses into C has no NUL")
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
    for (index, byte) in text.utf8.enumerated() {
      (copy + index).initialize(to: CChar(bitPattern: byte))
    }
    (copy + text.utf8.count).initialize(to: 0)
    return UnsafePointer(copy)
  }
}
