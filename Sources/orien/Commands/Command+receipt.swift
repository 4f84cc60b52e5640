import OrienLedger
import OrienModel
import OrienSystem

extension Command {
  /// `orien receipt verify`: needs no node, only the files.
  static func verifyReceipt(_ invocation: Invocation) throws(Failure) -> ExitCode {
    guard invocation.has(.chain) || !invocation.operands.isEmpty else {
      throw .usage("expected FILE or --chain", invocation.command)
    }
    let trusted = try invocation.trustedKey()
    var contents: [(path: String, bytes: [UInt8])] = []
    for path in invocation.operands {
      contents.append((path, Array(try HostFile(at: path).text(atMostBytes: 16 << 20).utf8)))
    }
    let state: String? =
      if invocation.has(.chain) { try Configuration.load(invocation).stateFolder } else { nil }
    var receipts: [Receipt] = []
    for (path, bytes) in contents {
      do throws(Failure) {
        let receipt = try Receipt(parsing: bytes)
        try receipt.verify(trusted: trusted)
        receipts.append(receipt)
        if !invocation.has(.chain) {
          try invocation.verified(path, receipt.position, by: receipt.publicKey)
        }
      } catch {
        return try invocation.refuted(path, error)
      }
    }
    guard let state else { return .success }
    do throws(Failure) {
      let report = try Chain.verify(folder: state, trusted: trusted, witnesses: receipts)
      try invocation.verified(state, report)
      return .success
    } catch {
      // What is not there, or not to be read, is neither true nor false.
      guard error.code == .invalid || error.reason == "chain-key" else { throw error }
      return try invocation.refuted(state, error)
    }
  }
}

extension Invocation {
  fileprivate func trustedKey() throws(Failure) -> [UInt8]? {
    guard let text = value(.key) else { return nil }
    guard text.utf8.count == 64, text.utf8.allSatisfy({ $0.hexValue != nil }) else {
      throw .usage("--key \(text): expected 64 hexadecimal digits", command)
    }
    return text.hexBytes
  }

  fileprivate func verified(
    _ path: String, _ position: Int64, by publicKey: [UInt8], and more: [JSON.Member] = []
  ) throws(Failure) {
    let key = String(hex: publicKey)
    let members = [
      JSON.Member("path", .string(path)), JSON.Member("verified", .bool(true)),
      JSON.Member("position", .integer(position)), JSON.Member("publicKey", .string(key)),
    ]
    if try answered(JSON.object(members + more)) { return }
    let word = console.style.green("verified")
    try console.line("\(path): \(word), up to place \(position), by the node with the key \(key)")
  }

  /// A whole chain, with how many executions are still without their record.
  fileprivate func verified(_ path: String, _ report: Chain.Report) throws(Failure) {
    try verified(
      path, report.end, by: report.publicKey,
      and: [
        JSON.Member("start", .integer(report.start)),
        JSON.Member("signatures", .integer(report.signatures)),
        JSON.Member("waiting", .integer(report.waiting)),
        JSON.Member("running", .integer(report.running)),
      ])
    guard !has(.json), report.open > 0 else { return }
    try console.line(
      "executions without a final record: \(report.open), of which \(report.waiting) wait and "
        + "\(report.running) run; a node at work ends them, or its next start")
  }

  fileprivate func refuted(_ path: String, _ failure: Failure) throws(Failure) -> ExitCode {
    let json = JSON.object([
      JSON.Member("path", .string(path)), JSON.Member("verified", .bool(false)),
      JSON.Member("reason", .string(failure.reason)),
      JSON.Member("message", .string(failure.message)),
    ])
    if try !answered(json) {
      console.explain(Failure(failure.code, failure.reason, "\(path): \(failure.message)"))
    }
    return .negative
  }
}
