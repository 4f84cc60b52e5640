internal import CSimdjson

/// Holds one argument's JSON to its kind and rules and turns it into what the handler receives.
extension Argument {
  /// What Linux passes on to a program in one argument, without its NUL; and what the jail takes
  /// of all of them, each with its NUL, with room left for the environment.
  private static let entryBytes = (128 << 10) - 1
  private static let entriesBytes = 192 << 10
  private static let entries = 1024
  private static let pathBytes = 4095
  private static let nameBytes = 255

  /// What a caller gave: `null` for an optional argument is as if it were not there, as models have
  /// to say it that may leave nothing out; but for one of which null is a value.
  func given(_ json: JSON?) -> JSON? {
    guard let json, case .null = json, !isRequired, kind != .json || rules.type != nil else {
      return json
    }
    return nil
  }

  /// The value as the handler receives it, nil being an absent one; of no use where a fault was
  /// added.
  func value(of json: JSON?, into faults: inout ArgumentFaults) -> ArgumentValue {
    guard let json else { return ArgumentValue(absent: kind) }
    guard kind.admits(json) else {
      addWrongType(json, to: &faults)
      return ArgumentValue(absent: kind)
    }
    for breach in rules.breaches(of: json, shown: shown(json)) {
      faults.add(breach, to: name)
    }
    switch (kind, json) {
    case (.bool, .bool(let value)): return .bool(value)
    case (.integer, _): return integer(json, into: &faults)
    case (.number, _): return .number(json.double!)
    case (.text, .string(let text)):
      check(text, into: &faults)
      return .text(text)
    case (.file, .string(let path)):
      check(path, into: &faults)
      if let fault = Self.fault(ofPath: path) { faults.add(fault, to: name) }
      return .text(path)
    case (.bytes, .string(let text)):
      check(text, into: &faults)
      guard let bytes = [UInt8](base64: text) else {
        faults.add("not base64 with its padding (RFC 4648)", to: name)
        return .bytes([])
      }
      return .bytes(bytes)
    case (.json, _):
      check(membersOf: json, into: &faults)
      return .bytes(json.compact)
    case (.texts, .array(let entries)): return texts(entries, into: &faults)
    default: preconditionFailure("a value that its kind admits has a case here")
    }
  }

  private func addWrongType(_ json: JSON, to faults: inout ArgumentFaults) {
    guard kind == .texts, case .array(let entries) = json else {
      let got = json.number == nil || isSecret ? json.kindName : json.shown
      return faults.add("expected \(kind.name), got \(got)", to: name)
    }
    for (index, entry) in entries.enumerated() where entry.string == nil {
      faults.add("expected a string, got \(entry.kindName)", to: name, at: .entry(index))
    }
  }

  private func integer(_ json: JSON, into faults: inout ArgumentFaults) -> ArgumentValue {
    if let value = json.int64 { return .integer(value) }
    faults.add("\(shown(json)) is beyond a signed 64 bit integer", to: name)
    return .integer(0)
  }

  private func texts(_ entries: [JSON], into faults: inout ArgumentFaults) -> ArgumentValue {
    guard entries.count <= Self.entries else {
      faults.add("\(entries.count) entries, at most \(Self.entries) are taken", to: name)
      return .texts(nil)
    }
    for breach in rules.breaches(ofCount: entries.count) {
      faults.add(breach, to: name)
    }
    let texts = entries.map { $0.string! }
    let bytes = texts.reduce(0) { $0 + $1.utf8.count + 1 }
    if bytes > Self.entriesBytes {
      faults.add("\(bytes) bytes in all, at most \(Self.entriesBytes) are taken", to: name)
    }
    var seen = Set<ExactText>()
    for (index, text) in texts.enumerated() {
      check(text, by: rules.items, at: .entry(index), into: &faults)
      if text.utf8.count > Self.entryBytes {
        let message = "\(text.utf8.count) bytes, at most \(Self.entryBytes) are taken"
        faults.add(message, to: name, at: .entry(index))
      }
      if rules.hasUniqueItems, !seen.insert(ExactText(text)).inserted {
        faults.add("\(shown(.string(text))) is given twice", to: name, at: .entry(index))
      }
    }
    return .texts(texts)
  }

  private func check(membersOf json: JSON, into faults: inout ArgumentFaults) {
    guard let rules = rules.properties, let members = json.members else { return }
    for member in members {
      // A secret's names are secret too.
      let part = isSecret ? nil : ArgumentFaults.Part.member(member.name)
      if let text = member.value.string {
        check(text, by: rules, at: part, into: &faults)
      } else {
        faults.add("expected a string, got \(member.value.kindName)", to: name, at: part)
      }
    }
  }

  private func check(_ text: String, into faults: inout ArgumentFaults) {
    check(text, by: rules.text, at: nil, into: &faults)
  }

  private func check(
    _ text: String, by rules: TextRules, at part: ArgumentFaults.Part?,
    into faults: inout ArgumentFaults
  ) {
    var utf8 = text
    if utf8.withUTF8({ csimdjson_has_nul($0.baseAddress, $0.count) }) {
      faults.add("U+0000 inside", to: name, at: part)
    }
    for breach in rules.breaches(of: text, shown: shown(.string(text))) {
      faults.add(breach, to: name, at: part)
    }
  }

  private func shown(_ json: JSON) -> String { isSecret ? "the value" : json.shown }

  /// What keeps a path from naming a file beneath a workspace, by its form alone. A name may begin
  /// with `-`: it is a file.
  private static func fault(ofPath path: String) -> String? {
    if path.isEmpty { return "an empty path" }
    if path.utf8.count > pathBytes {
      return "a path of \(path.utf8.count) bytes, at most \(pathBytes) are taken"
    }
    if path.utf8.first == UInt8(ascii: "/") {
      return "an absolute path; it must be relative to the session's workspace"
    }
    for name in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if name.isEmpty { return "a path with an empty name in it" }
      if name.elementsEqual("..".utf8) { return "a path that leads out of a folder by `..`" }
      if name.count > nameBytes {
        return "a path with a name of \(name.count) bytes, at most \(nameBytes) are taken"
      }
    }
    return nil
  }
}

extension JSON {
  /// The value as a message shows it: in full only where it is small.
  var shown: String {
    switch self {
    case .string(let text): text.quoted
    case .array, .object: kindName
    default: String(decoding: compact, as: UTF8.self)
    }
  }
}
