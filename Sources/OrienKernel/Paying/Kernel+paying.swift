package import OrienLedger
package import OrienModel
import OrienSystem

/// A session's account, and what there is of the stream that pays for it, as far as one does.
package struct SessionBalance: Sendable {
  package var report: AccountReport
  package var stream: Result<StreamFunds, Failure>?
}

extension Kernel {
  /// The account of a session; nil where it is not paid for ahead.
  package func balance(
    of session: SessionKey, then answer: @escaping (Result<SessionBalance?, Failure>) -> Void
  ) {
    parts.ledger.account(
      of: session,
      then: parts.loop.reply { [self] (result: Result<AccountReport?, Failure>) in
        guard case .success(let report?) = result, case .stream = report.account.means,
          let funds = parts.funds, funds.pays(for: session)
        else {
          return answer(result.map { $0.map { SessionBalance(report: $0, stream: nil) } })
        }
        funds.funds(of: nil, for: session) {
          answer(.success(SessionBalance(report: report, stream: $0)))
        }
      })
  }

  /// Finds out what there is of the stream that pays for a request's session, before it is let in;
  /// then `body` goes on. What a session has left the ledger knows, and decides.
  func fund(_ request: Request, then body: @escaping () -> Void) {
    let session = SessionKey(request.submission.session, of: request.submission.owner)
    var stream: NamedStream?
    switch request.submission.terms.payment {
    case .budget: return body()
    case .stream(let id, let proof):
      stream = NamedStream(id, proof: proof, isOperators: request.submission.isOperators)
    case nil: break
    }
    guard let funds = parts.funds else {
      return refuse(request.submission, Self.takesNoStreams, then: request.answer)
    }
    guard stream != nil || funds.pays(for: session) else { return body() }
    funds.funds(of: stream, for: session) { [self] result in
      switch result {
      case .success(let found):
        request.stream = found
        body()
      case .failure(var failure):
        if failure.code == .unpaid {
          let required = Int64(clamping: request.tool.need(request.submission.terms).microUnits)
          failure.details += [
            .init("required", .integer(required)), .init("available", .integer(0)),
          ]
        }
        refuse(request.submission, failure, then: request.answer)
      }
    }
  }

  private static let takesNoStreams = Failure(
    .invalid, "no-streams",
    "this node takes no streams for sessions: it takes payment.budgetMicroUnits",
    faults: [.init("/payment/streamId", "is not taken here")])
}

extension Kernel.Request {
  /// What it needs to be let in.
  var need: PaymentNeed {
    let need = tool.need(submission.terms)
    guard submission.terms.payment != nil || stream != nil else { return need }
    return PaymentNeed(
      microUnits: need.microUnits, currency: need.currency, offer: submission.terms.payment,
      stream: stream)
  }
}

extension Tool {
  /// What a call needs that names nothing to pay with.
  func need(_ terms: Terms) -> PaymentNeed {
    guard need.microUnits > 0, terms.limits != Limits() else { return need }
    return PaymentNeed(
      microUnits: price.ceiling(under: granted.least(terms.limits)), currency: price.currency)
  }
}
