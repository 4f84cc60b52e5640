import OrienModel
import OrienSystem

/// Where a command writes, and how it looks there.
struct Console: Sendable {
  let style: Style
  /// For what goes to people who watch, and is told apart from results by its stream.
  let errorStyle: Style
  private let sink: @Sendable (StandardStream, UnsafeRawBufferPointer) throws(SystemError) -> Void

  /// `sink` takes all of what it is given.
  init(
    style: Style, errorStyle: Style,
    sink: @escaping @Sendable (StandardStream, UnsafeRawBufferPointer) throws(SystemError) -> Void
  ) {
    self.style = style
    self.errorStyle = errorStyle
    self.sink = sink
  }

  /// This process's own streams.
  static func standard(_ environment: Environment) -> Console {
    Console(
      style: Style(.output, environment), errorStyle: Style(.errors, environment)
    ) { (stream, bytes) throws(SystemError) in try stream.write(bytes) }
  }

  func write(_ bytes: UnsafeRawBufferPointer, to stream: StandardStream) throws(Failure) {
    do throws(SystemError) {
      try sink(stream, bytes)
    } catch {
      throw error.failure("writing the answer")
    }
  }

  func write(_ text: String, to stream: StandardStream = .output) throws(Failure) {
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(Failure) in try write(bytes, to: stream) }
    }
    try result.get()
  }

  func line(_ text: String) throws(Failure) { try write(text + "\n") }

  func json(_ json: JSON) throws(Failure) {
    try line(String(decoding: json.compact, as: UTF8.self))
  }

  /// The same of what `write` writes, one value.
  func json(_ write: (inout JSONWriter) -> Void) throws(Failure) {
    var writer = JSONWriter()
    write(&writer)
    try line(String(decoding: writer.bytes, as: UTF8.self))
  }

  /// A word to whoever watches. Where nobody can be told, there is nobody to tell that.
  func tell(_ text: String) { try? write("orien: \(text)\n", to: .errors) }

  /// Says why the program ends.
  func explain(_ failure: Failure) {
    let label = errorStyle.red("orien:")
    var text = "\(label) \(failure.message)\n"
    // A single fault is what the message says.
    for fault in failure.faults where failure.faults.count > 1 {
      text += "  \(fault.pointer): \(fault.message)\n"
    }
    try? write(text, to: .errors)
  }
}
