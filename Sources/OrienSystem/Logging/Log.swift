import OrienModel
import Synchronization

/// The node's log: lines on a descriptor, written by a thread of its own so that nobody ever waits
/// for whoever reads them. What comes faster than it is taken is dropped and counted.
///
/// Any thread may write. Values are escaped: a line is one line, whatever a customer put into it.
package final class Log: Sendable {
  package enum Level: Int, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error

    package var name: String {
      switch self {
      case .debug: "debug"
      case .info: "info"
      case .warning: "warning"
      case .error: "error"
      }
    }

    package init?(_ name: String) {
      guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
      self = level
    }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  package enum Format: Sendable { case json, text }

  private static let backlogLines = 4096
  private static let valueBytes = 4096
  private static let pieceBytes = 1 << 14

  private let lowest: Atomic<Int>
  private let format: Format
  private let lines = Channel<[UInt8]>(isPrompt: true)
  private let dropped = Atomic(0)
  private let written = Channel<Void>()
  private let pieces = Pieces()

  /// How many of its pieces a reader has taken.
  private final class Pieces: Sendable {
    let taken = Atomic(0)
  }

  /// Writes to `descriptor`, which stays the caller's and open as long as the log is.
  package init(level: Level, format: Format, descriptor: Int32 = 2) {
    lowest = Atomic(level.rawValue)
    self.format = format
    Thread("log") { [lines, written, pieces] in
      while case let batch = lines.drain(), !batch.isEmpty {
        Self.write(batch, to: descriptor, counting: pieces)
      }
      written.send(())
    }.detach()
  }

  package func debug(_ message: String, _ fields: [String: String] = [:]) {
    write(.debug, message, fields)
  }
  package func info(_ message: String, _ fields: [String: String] = [:]) {
    write(.info, message, fields)
  }
  package func warning(_ message: String, _ fields: [String: String] = [:]) {
    write(.warning, message, fields)
  }
  package func error(_ message: String, _ fields: [String: String] = [:]) {
    write(.error, message, fields)
  }

  package func write(_ level: Level, _ message: String, _ fields: [String: String]) {
    guard level.rawValue >= lowest.load(ordering: .relaxed) else { return }
    guard lines.count < Self.backlogLines else {
      dropped.add(1, ordering: .relaxed)
      return
    }
    let lost = dropped.exchange(0, ordering: .relaxed)
    if lost > 0 {
      lines.send(line(.warning, "log lines were dropped", ["count": String(lost)]))
    }
    lines.send(line(level, message, fields))
  }

  /// What is worth a line from now on.
  package func change(to level: Level) { lowest.store(level.rawValue, ordering: .relaxed) }

  /// A line as it is, for what a supervisor waits to read.
  package func announce(_ text: String) { lines.send(Array((text + "\n").utf8)) }

  /// Writes what is left, and ends; a reader that takes nothing for a second gets no more, nor one
  /// that is not done after ten.
  package func close() {
    lines.close()
    let end = Instant.now + .seconds(10)
    var taken = -1
    while written.receive(within: .seconds(1)) == nil, Instant.now < end {
      let before = taken
      taken = pieces.taken.load(ordering: .relaxed)
      if taken == before { return }
    }
  }

  private func line(_ level: Level, _ message: String, _ fields: [String: String]) -> [UInt8] {
    let fields = fields.sorted { $0.key < $1.key }
    switch format {
    case .json:
      var writer = JSONWriter()
      writer.object { writer in
        writer.field("time", Timestamp.now)
        writer.field("level", level.name)
        writer.field("message", Self.bounded(message))
        for (name, value) in fields { writer.field(name, Self.bounded(value)) }
      }
      return writer.bytes + [UInt8(ascii: "\n")]
    case .text:
      var text = "\(Timestamp.now.iso8601) \(level.name) \(Self.escaped(message))"
      for (name, value) in fields { text += " \(name)=\(Self.quoted(value))" }
      return Array((text + "\n").utf8)
    }
  }

  private static func bounded(_ text: String) -> String {
    text.utf8.count <= valueBytes
      ? text : String(decoding: text.utf8.prefix(valueBytes), as: UTF8.self) + "..."
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 }
    return isPlain ? bounded(text) : "\"" + escaped(text) + "\""
  }

  /// The text without anything that a terminal would act on.
  private static func escaped(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    if isPlain { return bounded(text) }
    var result = ""
    for scalar in bounded(text).unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case let control
      where control.properties.generalCategory == .control
        || control.properties.generalCategory == .format:
        result += "\\u{\(String(control.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A descriptor that fails has no reader: there is nobody to tell.
  private static func write(_ lines: [[UInt8]], to descriptor: Int32, counting pieces: Pieces) {
    var piece: [UInt8] = []
    for (index, line) in lines.enumerated() {
      piece += line
      guard piece.count >= pieceBytes || index == lines.count - 1 else { continue }
      do { try Descriptor.writeAll(descriptor, piece) } catch { return }
      pieces.taken.add(1, ordering: .relaxed)
      piece.removeAll(keepingCapacity: true)
    }
  }
}
