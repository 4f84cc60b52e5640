/// Why a stream does not pay, as the chain has it.
package enum StreamFault: String, Sendable, CaseIterable {
  case unknown = "unknown-stream"
  /// Its sender has ended it: then nobody is its recipient.
  case terminated
  case wrongRecipient = "wrong-recipient"
  case wrongToken = "wrong-token"
  case noDeposit = "no-deposit"
  case notStarted = "not-started"
  case halted
  case ended
  case inconsistent

  /// As those say it who know the other system's words.
  package var message: String {
    switch self {
    case .unknown: "there is no such stream"
    case .terminated: "stream terminated"
    case .wrongRecipient: "recipient mismatch"
    case .wrongToken: "token mismatch"
    case .noDeposit: "no deposit"
    case .notStarted: "stream not started"
    case .halted: "stream halted"
    case .ended: "stream ended"
    case .inconsistent: "stream is inconsistent"
    }
  }

  /// The tenant can make it good again: by paying, or by waiting.
  package var isCurable: Bool { self == .ended || self == .notStarted }
}

/// Says whether a stream pays whom and in what it should, from what the chain has of it at one moment.
/// What it has to pay for is not known here.
package struct StreamJudge: Sendable {
  package var recipient: String
  package var token: String
  /// What is looked at, in this order: the first that does not hold is told.
  package var checks: [Check] = Check.allCases

  package enum Check: Sendable, CaseIterable {
    case exists, recipient, token, deposit, consistency, start, halt, end
  }

  package init(recipient: String, token: String) {
    self.recipient = recipient
    self.token = token
  }

  /// Nil where it pays.
  package func fault(of stream: PaymentStream, at now: UInt64) -> StreamFault? {
    for check in checks {
      if let fault = fault(of: stream, at: now, by: check) { return fault }
    }
    return nil
  }

  private func fault(of stream: PaymentStream, at now: UInt64, by check: Check) -> StreamFault? {
    switch check {
    case .exists: stream.sender == PaymentStream.nobody ? .unknown : nil
    case .recipient where stream.recipient == PaymentStream.nobody: .terminated
    case .recipient: stream.recipient == recipient ? nil : .wrongRecipient
    case .token: stream.token == token ? nil : .wrongToken
    case .deposit: stream.deposit.isZero ? .noDeposit : nil
    case .consistency: stream.isInconsistent ? .inconsistent : nil
    case .start: stream.start > UInt256(now) ? .notStarted : nil
    case .halt: stream.isHalted ? .halted : nil
    case .end: stream.remainingSeconds(at: now) == 0 ? .ended : nil
    }
  }
}
