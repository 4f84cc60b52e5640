import OrienModel

/// What is missing in the operator's nginx.conf so that servers of ours are read, as lines and as the
/// whole text with them.
struct NginxPlan: Equatable {
  /// For a person, in the order of the file: what to add and where.
  private(set) var steps: [Step] = []
  /// The text with all of it.
  private(set) var text: String

  struct Step: Equatable {
    let place: String
    let lines: String
  }

  static let module = "ngx_stream_module.so"

  /// `others` are the texts of the files that it includes at its top; `modulePath` is nil where
  /// nginx was built with the module, or where it is nowhere to be found.
  init(
    _ text: String, includes: String, others: [String], modulePath: String?
  ) throws(Failure) {
    let top = try NginxDirective.parse(text)
    self.text = text
    var bytes = Array(text.utf8)
    let wanted = "include \(includes);"
    let streams = top.filter { $0.name == "stream" && $0.block != nil }
    let isIncluded = streams.contains { stream in
      stream.block?.directives.contains { $0.words == ["include", includes] } ?? false
    }
    if !isIncluded {
      if let block = streams.first?.block {
        steps.append(Step(place: "at the end of its stream block", lines: wanted))
        bytes.insert(contentsOf: "    \(wanted)\n".utf8, at: Self.line(of: block.end, in: bytes))
      } else {
        let lines = "stream {\n    \(wanted)\n}"
        steps.append(Step(place: "at its end, beside http { }", lines: lines))
        if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        bytes += Array("\n\(lines)\n".utf8)
      }
    }
    if let modulePath, try !Self.loads(top, others) {
      let line = "load_module \(modulePath);"
      steps.insert(Step(place: "at its top", lines: line), at: 0)
      bytes.insert(contentsOf: "\(line)\n".utf8, at: 0)
    }
    self.text = String(decoding: bytes, as: UTF8.self)
  }

  var isDone: Bool { steps.isEmpty }

  private static func loads(
    _ top: [NginxDirective], _ others: [String]
  ) throws(Failure) -> Bool {
    var all = top
    for other in others { all += try NginxDirective.parse(other) }
    return all.contains { directive in
      directive.name == "load_module" && directive.words.last?.hasSuffix(module) == true
    }
  }

  /// The beginning of the line that a closing brace stands in, where nothing else is before it.
  private static func line(of brace: Int, in bytes: [UInt8]) -> Int {
    var start = brace
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    return start == 0 || bytes[start - 1] == UInt8(ascii: "\n") ? start : brace
  }
}
