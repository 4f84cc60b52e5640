import OrienModel
import OrienSystem

extension Writer {
  /// The account that a call is charged to, opened or raised as its caller wants it; nil where its
  /// session is not paid for ahead. A refusal changes nothing.
  func admit(_ acceptance: Acceptance) throws(DatabaseError) -> Result<OpenAccount?, Failure> {
    let need = acceptance.need
    let session = SessionKey(acceptance.session, of: acceptance.owner)
    let account = accounts[session]
    guard account != nil || need.offer != nil else { return .success(nil) }
    var value: SessionAccount
    do throws(Failure) {
      if let account {
        value = account.value
      } else {
        value = SessionAccount(
          session, try need.firstMeans(), openedAt: acceptance.acceptedAt)
      }
      try value.take(need, taken: account?.takenMicroUnits ?? 0)
    } catch {
      return .failure(error)
    }
    if let account {
      if account.value != value {
        account.value = value
        try keep(account)
      }
      return .success(account)
    }
    if let claim = need.stream?.claim, case .failure(let failure) = try self.claim(claim) {
      return .failure(failure)
    }
    try database.statement("INSERT INTO accounts (owner, session, record) VALUES (?, ?, ?)").run {
      $0.text(session.owner.description)
      $0.text(session.id.description)
      $0.blob(value.jsonBytes)
    }
    let opened = OpenAccount(value, number: Int64(clamping: database.lastInserted))
    accounts.add(opened)
    return .success(opened)
  }

  /// Adds what an execution has cost, in the transaction that writes its end.
  func charge(_ microUnits: UInt64, to account: OpenAccount) throws(DatabaseError) -> Charge {
    let charge = account.value.charge(microUnits)
    if microUnits > 0 { try keep(account) }
    return charge
  }

  /// Ends the account of a session, and has its stream pay for nothing more.
  func endAccount(of session: SessionKey) throws(DatabaseError) {
    guard let account = accounts[session] else { return }
    try database.statement("UPDATE accounts SET ended_at = ? WHERE number = ?").run {
      $0.integer(Timestamp.now.microseconds)
      $0.integer(account.number)
    }
    if case .stream(let name, _, _) = account.value.means {
      try database.statement(
        "UPDATE streams SET phase = ? WHERE stream = ? AND phase = ?"
      ).run {
        $0.text(StreamClaim.Phase.leaving.rawValue)
        $0.text(name.description)
        $0.text(StreamClaim.Phase.active.rawValue)
      }
    }
    accounts.end(session)
  }

  private func keep(_ account: OpenAccount) throws(DatabaseError) {
    try statements.updateAccount.run {
      $0.blob(account.value.jsonBytes)
      $0.integer(account.number)
    }
  }
}

extension SessionAccount {
  /// Takes up what a call names, and refuses the call where that does not last for it. `taken` is what
  /// was spent and what is set aside for other calls.
  fileprivate mutating func take(_ need: PaymentNeed, taken: UInt64) throws(Failure) {
    if need.microUnits > 0 {
      guard currency == nil || currency == need.currency else {
        throw Failure(
          .conflict, "currency-mismatch",
          "the session pays in \(currency ?? need.currency), and this tool has its price in "
            + need.currency)
      }
      currency = need.currency
    }
    switch means {
    case .budget(let budget): try take(need, budget: budget, taken: taken)
    case .stream(let name, let microUnitWei, let collectedBefore):
      guard need.offer == nil || need.isOffer(of: name) else {
        throw Self.otherMeans("stream \(name)")
      }
      guard let stream = need.stream, stream.name == name else { throw Self.unreadable }
      let left = Self.left(
        of: stream.vested, collectedBefore: collectedBefore, microUnitWei: microUnitWei,
        taken: taken)
      guard left.microUnits >= need.microUnits else {
        throw .unpaid(
          "stream \(name.id) has paid", need, available: left.microUnits,
          [
            .init("stream", .string(name.description)),
            .init(
              "requiredWei", .string(Self.wei(need.microUnits, at: microUnitWei).description)),
            .init("availableWei", .string(left.wei.description)),
          ])
      }
    }
  }

  /// A call is held to the budget that it names, and the session to the greatest that any call has.
  private mutating func take(_ need: PaymentNeed, budget: UInt64, taken: UInt64) throws(Failure) {
    var named = budget
    switch need.offer {
    case .budget(let budget): named = budget
    case .stream: throw Self.otherMeans("a budget")
    case nil: break
    }
    guard named >= spentMicroUnits || need.offer == nil else {
      throw Failure(
        .conflict, "budget-spent",
        "the session has spent \(spentMicroUnits) micro units, more than the budget of \(named) that"
          + " this call names")
    }
    let available = named > taken ? named - taken : 0
    guard available >= need.microUnits else {
      throw .unpaid("the budget has", need, available: available, [])
    }
    means = .budget(max(budget, named))
  }

  private static func otherMeans(_ means: String) -> Failure {
    Failure(
      .conflict, "paid-otherwise",
      "\(means) pays for the session, for as long as it lasts: name the same, or another session")
  }

  private static let unreadable = Failure(
    .unavailable, "streams-unavailable",
    "a stream pays for the session, and this node reads none now")
}

extension PaymentNeed {
  /// What a session is paid with that this call is the first to name it for.
  fileprivate func firstMeans() throws(Failure) -> SessionAccount.Means {
    switch offer {
    case .budget(let budget): return .budget(budget)
    case .stream, nil:
      guard let stream else {
        preconditionFailure("a stream that a call names is read before it is let in")
      }
      return .stream(
        stream.name, microUnitWei: stream.microUnitWei, collectedBefore: stream.collected)
    }
  }

  fileprivate func isOffer(of name: StreamName) -> Bool {
    if case .stream(let id, _) = offer { id.hasSameBytes(as: name.id) } else { false }
  }
}

extension Failure {
  fileprivate static func unpaid(
    _ what: String, _ need: PaymentNeed, available: UInt64, _ details: [JSON.Member]
  ) -> Failure {
    Failure(
      .unpaid, "unpaid",
      "\(what) \(available) micro units left beside what was spent and is set aside for calls that"
        + " are not over, and this one may cost \(need.microUnits)",
      details: [
        .init("required", JSON(need.microUnits)), .init("available", JSON(available)),
      ] + details)
  }
}

extension JSON {
  /// A whole number in its only form.
  fileprivate init(_ value: UInt64) {
    self = Int64(exactly: value).map { .integer($0) } ?? .unsigned(value)
  }
}
