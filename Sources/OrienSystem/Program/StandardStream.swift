import CLinux
import Glibc

/// One of the three streams that a program is born with.
package enum StandardStream: Int32, Sendable {
  case input, output, errors

  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// The terminal's width; nil where there is none.
  package var columns: Int? {
    var size = winsize()
    guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes all of it and waits where need be. What nobody reads any more ends the program by
  /// SIGPIPE, as it ends others, unless that is ignored.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try Descriptor.writeAll(rawValue, bytes)
  }

  package func write(_ text: String) throws(SystemError) {
    try Descriptor.writeAll(rawValue, Array(text.utf8))
  }
}
