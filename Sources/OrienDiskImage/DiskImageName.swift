/// What an operator calls a disk that machines are made from: `debian-12`, `ubuntu:24.04`.
///
/// It is a file's name too, so that it leads nowhere: no point and no stroke at its beginning.
package struct DiskImageName: Sendable, Equatable {
  package let text: String

  package init(_ text: String) throws(DiskImageFault) {
    let isLetter = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
    guard (1...128).contains(text.utf8.count), let first = text.utf8.first, isLetter(first),
      text.utf8.allSatisfy({ isLetter($0) || [0x2D, 0x2E, 0x3A, 0x5F].contains($0) })
    else {
      throw DiskImageFault(
        "'\(text)' is no image's name: 1 to 128 of letters, digits and . _ : -, the first a letter "
          + "or digit")
    }
    self.text = text
  }

  package static let suffix = ".qcow2"
  package var file: String { text + Self.suffix }

  /// The folder of images, in that of the plugin that boots them.
  package static let folder = "images"
  package static let plugin = "orien.qemu-vm"
}
