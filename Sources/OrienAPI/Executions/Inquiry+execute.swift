import OrienHTTP
import OrienModel

// What a submission says beside its body.

extension Inquiry {
  private static let longestWaitSeconds = 300
  private static let plainJSON = Array("application/json".utf8)

  /// How long the caller would wait: `?wait=` or `Prefer: wait=`; nil where it does not.
  func patience() throws(Failure) -> Duration? {
    if let seconds = try number("wait", 0...Self.longestWaitSeconds) { return .seconds(seconds) }
    guard let prefer = request.header("prefer") else { return nil }
    // A preference that is not understood is passed over, as RFC 7240 has it.
    for preference in prefer.split(separator: ",") {
      let parts = preference.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }).lowercased() == "wait",
        let seconds = Int(parts[1].filter { $0 != " " && $0 != "\"" }), seconds >= 0
      else { continue }
      return .seconds(min(seconds, Self.longestWaitSeconds))
    }
    return nil
  }

  func idempotencyKey() throws(Failure) -> String? {
    guard let key = request.header("idempotency-key") else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw Failure(
        .invalid, "invalid-idempotency-key",
        "Idempotency-Key: expected 1 to 255 visible characters")
    }
    return key
  }

  /// Refuses a body that says to be something else than plain JSON.
  func requireJSON() throws(Failure) {
    if let encoding = request.header("content-encoding"), encoding.lowercased() != "identity" {
      throw Failure(
        .unsupported, "unsupported-encoding", "Content-Encoding: \(encoding) is not taken")
    }
    // What nearly everybody sends needs no taking apart.
    if let type = request.headerBytes("content-type"), type.elementsEqual(Self.plainJSON) { return }
    guard let type = request.header("content-type") else { return }
    let essence = type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    guard essence == "application/json" || essence.hasSuffix("+json") else {
      throw Failure(
        .unsupported, "unsupported-type", "Content-Type: expected application/json, not \(type)")
    }
  }
}

extension Submission {
  /// Reads the body of `POST /execute`. Members that nobody knows are passed over, as the callers
  /// of today send some; those that are missing or wrong are all named.
  init(body: [UInt8], owner: Owner) throws(Failure) {
    let json = try JSON(parsing: body)
    guard json.members != nil else {
      throw Failure(
        .invalid, "invalid-request", "expected a JSON object, got \(json.kindName)",
        faults: [.init("", "is \(json.kindName), no object")])
    }
    var faults: [Failure.Fault] = []
    func text(_ name: String) -> String? {
      guard let value = json[name] else {
        faults.append(.init("/\(name)", "Missing required member: \(name)"))
        return nil
      }
      guard let text = value.string, !text.isEmpty else {
        faults.append(
          .init(
            "/\(name)",
            "\(name): expected a string that is not empty, got "
              + (value.string == nil ? value.kindName : "an empty one")))
        return nil
      }
      return text
    }
    let tool = text("toolId")
    var session: SessionID?
    if let id = text("sessionId") {
      session = SessionID(id)
      if session == nil { faults += Failure.invalidSession("/sessionId").faults }
    }
    let arguments = json["args"]
    if arguments?.members == nil {
      faults.append(
        .init(
          "/args",
          arguments.map { "args: expected an object, got \($0.kindName)" }
            ?? "Missing required member: args"))
    }
    let terms = Terms(json, faults: &faults)
    guard let tool, let session, let arguments, faults.isEmpty else {
      throw Failure(
        .invalid,
        faults.count == 1 && faults[0].pointer == "/sessionId"
          ? "invalid-session" : "invalid-request",
        faults[0].message, faults: faults)
    }
    self.init(tool: tool, arguments: arguments, session: session, owner: owner, terms: terms)
  }
}
