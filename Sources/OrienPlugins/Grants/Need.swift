import OrienModel
import OrienSystem

/// One of the grants that a plugin says it cannot do without, its settings' values filled in.
enum Need: Equatable {
  case program(String)
  case device(String)
  case socket(String)
  /// `HOST:PORT`.
  case network(String)

  private static let kinds = ["program", "device", "socket", "network"]

  /// It has the form of one, whatever it names.
  static func isGrant(_ text: String) -> Bool {
    kinds.contains { text.hasPrefix($0 + ":") && text.utf8.count > $0.utf8.count + 1 }
  }

  /// Nil where the setting that it is about was left out: nothing is needed then.
  init?(_ text: String, _ settings: [String: String?]) throws(Failure) {
    guard Self.isGrant(text), let colon = text.firstIndex(of: ":") else {
      throw Failure(.invalid, "needs", "needs \(text.quoted), which is no grant")
    }
    var value = String(text[text.index(after: colon)...])
    if value.hasPrefix("{"), value.hasSuffix("}") {
      let name = String(value.dropFirst().dropLast())
      guard let setting = settings[name] else {
        throw Failure(
          .invalid, "needs", "needs \(text.quoted), and has no setting \(name.quoted) of text")
      }
      guard let setting, !setting.isEmpty else { return nil }
      value = setting
    }
    switch text[..<colon] {
    case "program": self = .program(value)
    case "device": self = .device(value)
    // A daemon's address as its clients are given it may be one of the network's.
    case "socket" where value.hasPrefix("tcp://"): self = .network(String(value.dropFirst(6)))
    case "socket": self = .socket(value.hasPrefix("unix://") ? String(value.dropFirst(7)) : value)
    default: self = .network(Self.target(value))
    }
  }

  /// Of an address as clients are given it, with its scheme and path or without.
  static func target(_ text: String) -> String {
    let usual = ["http": 80, "ws": 80, "https": 443, "wss": 443]
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return text }
    let authority = text[colon...].dropFirst(3).prefix { !"/?#".contains($0) }
    let host = authority.split(separator: "@").last ?? authority
    let hasPort = host.last != "]" && host.split(separator: "]").last?.contains(":") == true
    guard !hasPort, let port = usual[String(text[..<colon])] else { return String(host) }
    return "\(host):\(port)"
  }

  /// As the plugin says it.
  var text: String {
    switch self {
    case .program(let name): "program:\(name)"
    case .device(let path): "device:\(path)"
    case .socket(let path): "socket:\(path)"
    case .network(let target): "network:\(target)"
    }
  }

  /// What of a manifest grants it.
  var line: String {
    switch self {
    case .program(let name):
      #""grants": {"programs": [{"program": \#(name.quoted), "path": ..., "arguments": ...}]}"#
    case .device(let path): #""devices": [\#(path.quoted)]"#
    case .socket(let path): #""grants": {"sockets": [\#(path.quoted)]}"#
    case .network(let target): #""network": {"allow": [\#(target.quoted)]}"#
    }
  }
}

extension Manifest {
  func grants(_ need: Need, reaches: ([String], String) -> Bool) -> Bool {
    switch need {
    case .program(let name): grants.programs.contains { $0.name == name }
    case .device(let path): devices.contains(path)
    case .socket(let path): grants.sockets.contains(path)
    case .network(let target):
      if case .allow(let entries) = network { reaches(entries, target) } else { false }
    }
  }

  /// All that it grants, in the words of `needs`.
  package var granted: [String] {
    var hosts: [String] = []
    if case .allow(let entries) = network { hosts = entries }
    var programs: [String] = []
    for program in grants.programs where !programs.contains(program.name) {
      programs.append(program.name)
    }
    return programs.map { "program:\($0)" }
      + grants.folders.map { "folder:\($0.path)" } + grants.sockets.map { "socket:\($0)" }
      + hosts.map { "network:\($0)" } + devices.map { "device:\($0)" }
  }
}

extension Candidate.Sound {
  /// What the plugin needs and its manifest does not grant; nil: it grants all.
  func shortage(name: String, reaches: ([String], String) -> Bool) -> Failure? {
    do throws(Failure) {
      for text in declaration.needs where Need.isGrant(text) {
        guard let need = try Need(text, texts) else { continue }
        guard manifest.grants(need, reaches: reaches) else {
          return Failure(
            .unavailable, "not-granted",
            "needs \(need.text), which \(name).json does not grant; it would with \(need.line)")
        }
      }
      return nil
    } catch {
      return error
    }
  }

  private var texts: [String: String?] {
    var texts: [String: String?] = [:]
    for (setting, value) in zip(declaration.settings, settings.values) {
      if case .text(let text) = value { texts.updateValue(text, forKey: setting.name) }
    }
    return texts
  }
}

extension Plugin {
  /// Why it can do nothing on this machine: a program that it cannot do without is not where its manifest
  /// grants it, or of those that it may use in turn none is. Nil: it can, or it starts none. Looks at the
  /// machine's folders.
  package var missingPrograms: String? {
    let granted = manifest.grants.programs
    let needed = declaration.needs.compactMap { text in
      text.hasPrefix("program:") ? String(text.dropFirst("program:".count)) : nil
    }
    let isThere = { (program: Grants.Program) in HostFile.kind(at: program.path) == .regular }
    guard !needed.isEmpty else {
      guard !granted.isEmpty, !granted.contains(where: isThere) else { return nil }
      return "there is no " + granted.map(\.path).joined(separator: ", no ")
    }
    let missing = needed.first { name in
      !granted.contains { $0.name == name && isThere($0) }
    }
    guard let missing else { return nil }
    let path = granted.first { $0.name == missing }?.path
    return "there is no \(path ?? missing)"
  }
}
