/// What a caller asks of a call beside its arguments.
package struct Terms: Sendable, Equatable {
  /// Less than is granted; what is more changes nothing.
  package var limits: Limits
  /// What the call leaves is told in its record; nil: nobody looks.
  package var artifacts: ArtifactWish?
  /// What pays for the session from here on; nil: nothing, or what has paid for it before.
  package var payment: PaymentOffer?

  package init(
    limits: Limits = Limits(), artifacts: ArtifactWish? = nil, payment: PaymentOffer? = nil
  ) {
    self.limits = limits
    self.artifacts = artifacts
    self.payment = payment
  }

  /// What most callers ask.
  package static let none = Terms()
}

/// Which of the files that a call leaves are its artifacts.
package struct ArtifactWish: Sendable, Equatable {
  /// Those in this folder of the workspace; nil: in all of it.
  package var folder: String?

  package init(folder: String? = nil) { self.folder = folder }
}

extension Terms {
  /// Those that a caller may lower; the others are the tool's own.
  private static let lowered = Limits.named.filter {
    $0.name != "concurrency" && $0.name != "inputBytes"
  }

  /// Reads `limits`, `captureArtifacts`, `outputFolder` and `payment` of an object, and names what is
  /// wrong with them; a folder or a stream is not looked for.
  package init(_ json: JSON, faults: inout [Failure.Fault]) {
    self.init()
    if let object = json["limits"] { readLimits(object, &faults) }
    let captures = json["captureArtifacts"]
    if let captures, captures.bool == nil {
      let found = captures.kindName
      faults.append(
        .init("/captureArtifacts", "captureArtifacts: expected a boolean, got \(found)"))
    }
    let folder = json["outputFolder"]
    if let folder, !Self.isName(folder.string) {
      faults.append(
        .init("/outputFolder", "outputFolder: expected the name of a folder in the workspace"))
    }
    if folder != nil || captures?.bool == true { artifacts = ArtifactWish(folder: folder?.string) }
    if let object = json["payment"] { payment = PaymentOffer(object, &faults) }
  }

  private static func isName(_ text: String?) -> Bool {
    guard let text, (1...255).contains(text.utf8.count), text != ".", text != ".." else {
      return false
    }
    return !text.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
  }

  private mutating func readLimits(_ object: JSON, _ faults: inout [Failure.Fault]) {
    guard let members = object.members else {
      let found = object.kindName
      return faults.append(.init("/limits", "limits: expected an object, got \(found)"))
    }
    for member in members {
      guard let (_, path) = Self.lowered.first(where: { $0.name == member.name }) else {
        let hint = Nearest.hint(for: member.name, among: Self.lowered.map(\.name))
        faults.append(
          .init("/limits/\(member.name)", "limits.\(member.name) is no limit of a call\(hint)"))
        continue
      }
      guard let value = member.value.uint64, value > 0 else {
        faults.append(
          .init("/limits/\(member.name)", "limits.\(member.name): expected a whole number above 0"))
        continue
      }
      limits[keyPath: path] = value
    }
  }

  /// As the ledger keeps them with the call; nil where there is nothing to keep. What pays is kept with
  /// the session.
  package var kept: [UInt8]? {
    guard artifacts != nil || limits != Limits() else { return nil }
    var json = JSONWriter()
    json.object { json in
      if limits != Limits() {
        json.object("limits") { json in
          for (name, path) in Self.lowered { json.field(name, limits[keyPath: path]) }
        }
      }
      guard let artifacts else { return }
      json.field("captureArtifacts", true)
      json.field("outputFolder", artifacts.folder)
    }
    return json.bytes
  }
}
