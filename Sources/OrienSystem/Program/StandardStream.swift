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
    var rest = bytes
    while !rest.isEmpty {
      if let count = try Descriptor.write(rawValue, rest) {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      } else {
        // Whoever shares the stream has made it one that does not wait.
        var ready = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, -1)
      }
    }
  }

  package func write(_ text: String) throws(SystemError) {
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try write(bytes) }
    }
    try result.get()
  }
}
