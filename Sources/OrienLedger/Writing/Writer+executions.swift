import OrienModel

extension Writer {
  func accept(_ acceptance: Acceptance) throws(DatabaseError) -> Result<Accepted, Failure> {
    var claim: Claim?
    if let idempotency = acceptance.idempotency {
      let made = self.claim(idempotency, of: acceptance.owner)
      switch try earlier(made, idempotency.key) {
      case .failure(let failure): return .failure(failure)
      case .success(let id?): return .success(.duplicate(of: id))
      case .success(nil): claim = made
      }
    }
    let number = mint.number(of: acceptance.id)
    var account: OpenAccount?
    if acceptance.need.offer != nil || !accounts.isEmpty {
      switch try admit(acceptance) {
      case .failure(let failure): return .failure(failure)
      case .success(let found): account = found
      }
    }
    let inserted =
      (1...mint.last).contains(number)
      ? try statements.accept.run { row in
        row.integer(number)
        row.id(acceptance.id)
        row.text(acceptance.owner.description)
        row.text(acceptance.session.description)
        row.text(acceptance.tool.description)
        row.integer((acceptance.runningAt == nil ? Status.pending : .running).column)
        row.integer(acceptance.acceptedAt.microseconds)
        row.integer(acceptance.runningAt?.microseconds)
        row.integer(acceptance.hasSecrets ? 1 : 0)
        row.blob(claim?.key)
        row.blob(claim?.body)
        row.blob(acceptance.arguments)
        row.blob(acceptance.terms.kept)
        row.integer(account?.number)
        row.integer(account.map { _ in Int64(acceptance.need.microUnits) })
      } : 0
    guard inserted == 1 else {
      return .failure(
        Failure(
          .internal, "execution-id",
          "\(acceptance.id) is in use, or was not minted by this ledger"))
    }
    try noteOpened(number)
    if let account { accounts.reserve(acceptance.need.microUnits, for: number, in: account) }
    return .success(.new)
  }

  /// Lists the span that a new open execution lies in, before anybody can hear of that, and takes out
  /// those that have none left.
  private func noteOpened(_ number: Int64) throws(DatabaseError) {
    guard let span = open.noteOpened(number) else { return }
    try statements.listSpan.run { $0.integer(span) }
    for empty in open.takeEmpty() { try statements.dropSpan.run { $0.integer(empty) } }
  }

  /// The execution that was accepted for the same request; nil where there is none.
  func earlier(
    _ idempotency: Idempotency, of owner: Owner
  ) throws(DatabaseError) -> Result<ExecutionID?, Failure> {
    try earlier(claim(idempotency, of: owner), idempotency.key)
  }

  private func earlier(
    _ claim: Claim, _ key: String
  ) throws(DatabaseError) -> Result<ExecutionID?, Failure> {
    let earlier = try statements.executionByKey.first({ $0.blob(claim.key) }) { row in
      (id: row.bytes(0), body: row.bytes(1))
    }
    guard let earlier else { return .success(nil) }
    guard earlier.body == claim.body else {
      return .failure(
        Failure(
          .mismatch, "idempotency-mismatch",
          "Idempotency-Key \(key) came before with another body: use a new key"))
    }
    return .success(ExecutionID(random: earlier.id))
  }

  /// What is kept of an idempotent request: neither its key nor its body can be read from it, and
  /// those of two owners never meet.
  private typealias Claim = (key: [UInt8], body: [UInt8])

  private func claim(_ idempotency: Idempotency, of owner: Owner) -> Claim {
    let name = Array(owner.description.utf8) + [0] + Array(idempotency.key.utf8)
    let claim = Digest.keyed(name, by: key.idempotencyKey)
    return (claim, Digest.keyed(claim + idempotency.body, by: key.idempotencyKey))
  }

  func start(_ id: ExecutionID, at time: Timestamp) throws(DatabaseError) -> Result<Void, Failure> {
    let number = mint.number(of: id)
    let started = try statements.start.run { row in
      row.integer(time.microseconds)
      row.integer(number)
      row.id(id)
    }
    return started == 1 ? .success(()) : .failure(try refusal(of: id, number, expected: "pending"))
  }

  /// Writes the final record where the execution is open. The first one stands.
  func settle(
    _ settlement: inout Settlement
  ) throws(DatabaseError) -> Result<ReceiptReference, Failure> {
    let id = settlement.record.id
    let number = mint.number(of: id)
    let position = chain.position + 1
    let closed = try statements.settle.run { row in
      row.integer(settlement.record.status.column)
      row.integer(position)
      row.integer(number)
      row.id(id)
    }
    guard closed == 1 else { return .failure(try refusal(of: id, number, expected: "open")) }
    guard open.noteClosed(number) else {
      throw DatabaseError(corrupt: "\(id) was open in no span that is listed")
    }
    settlement.output.vouch(in: &settlement.record.output)
    settlement.errors.vouch(in: &settlement.record.errors)
    if let account = accounts.release(number) {
      settlement.record.payment = try charge(settlement.record.costMicroUnits, to: account)
    }
    serialise(&settlement.record)
    try record.withUnsafeBufferPointer { buffer throws(DatabaseError) in
      let bytes = UnsafeRawBufferPointer(buffer)
      chain.follow(record: bytes)
      try statements.record.run { row in
        row.integer(position)
        row.integer(number)
        row.integer(settlement.record.completedAt.microseconds)
        row.blob(chain.hash)
        row.blob(kept: bytes)
      }
    }
    try keep(settlement, at: position)
    unsignedRecords += 1
    if unsignedRecords == Receipt.longestPath { try sign() }
    return .success(ReceiptReference(position: position, hash: chain.hash))
  }

  /// Writes the record into `record`. What a plugin or a program said stays out where nobody could
  /// read the record with it: a bill is worth more than its remarks.
  private func serialise(_ final: inout FinalRecord) {
    for _ in 0..<2 {
      var memory = record
      record = []
      memory.removeAll(keepingCapacity: true)
      var json = JSONWriter(after: consume memory)
      final.write(to: &json)
      record = json.bytes
      let hasRemarks = final.message != nil || final.facts != nil || final.artifacts != nil
      guard hasRemarks, (try? JSON(parsing: record)) == nil else { return }
      final.message = nil
      final.facts = nil
      final.artifacts = nil
    }
  }

  private func keep(_ settlement: Settlement, at position: Int64) throws(DatabaseError) {
    // No file is larger than the bound, and no sum of such sizes overflows.
    let outputBytes = Int64(
      min(settlement.record.output.bytes.saturatingAdd(settlement.record.errors.bytes), 1 << 44))
    guard outputBytes > 0 else { return }
    keptBytes += outputBytes
    try statements.outputs.run { row in
      row.integer(position)
      row.integer(outputBytes)
      row.blob(settlement.output.inline)
      row.blob(settlement.errors.inline)
    }
  }

  /// Signs the chain's end, so that every record up to it has a path to a signature.
  func sign() throws(DatabaseError) {
    guard unsignedRecords > 0 else { return }
    let covers = Int64(unsignedRecords)
    let signature = key.sign(chain.headMessage(covering: covers))
    try statements.head.run { row in
      row.integer(chain.position)
      row.blob(signature)
      row.integer(covers)
    }
    try statements.keep.run { $0.integer(keptBytes) }
    unsignedRecords = 0
  }

  private func refusal(
    of id: ExecutionID, _ number: Int64, expected: String
  ) throws(DatabaseError) -> Failure {
    let status = try statements.executionStatus.first({
      $0.integer(number)
      $0.id(id)
    }) { Status(column: $0.integer(0)) }
    guard let status = status.flatMap({ $0 }) else {
      return Failure(.internal, "unknown-execution", "\(id) was never accepted")
    }
    return Failure(
      .conflict, status.isFinal ? "already-final" : "already-started",
      "\(id) is \(status.rawValue); expected it \(expected)")
  }
}

extension KeptStream {
  /// The bytes that the ledger's own file is to hold; nil where there are none.
  var inline: [UInt8]? {
    guard case .inline(let bytes) = self, !bytes.isEmpty else { return nil }
    return bytes
  }

  /// Makes the summary tell of exactly the bytes that are kept.
  func vouch(in summary: inout StreamSummary) {
    switch self {
    case .inline(let bytes):
      summary.bytes = UInt64(bytes.count)
      summary.digest = bytes.isEmpty ? nil : Digest.of(bytes)
    case .file(let digest):
      summary.digest = digest
    }
  }
}
