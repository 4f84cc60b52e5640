import OrienKernel
import OrienLedger
import OrienModel
import OrienSandbox

extension API {
  func showSession(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let key = try inquiry.session()
    guard let session = workspaces.session(key) else { throw Workspaces.unknown }
    kernel.balance(of: key) { result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let balance):
        inquiry.exchange.answer { writer in writer.writeSession(session, balance) }
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func writeSession(_ session: Session, _ balance: SessionBalance?) {
    object { writer in
      writer.field("sessionId", session.key.id)
      writer.field("createdAt", session.createdAt)
      writer.field("lastUsedAt", session.lastUsedAt)
      if let balance { writer.writeAccount(balance) }
    }
  }

  private mutating func writeAccount(_ balance: SessionBalance) {
    let (report, account) = (balance.report, balance.report.account)
    let taken = account.spentMicroUnits.saturatingAdd(report.reservedMicroUnits)
    object("account") { writer in
      switch account.means {
      case .budget(let budget):
        writer.field("kind", "budget")
        writer.field("budgetMicroUnits", budget)
        writer.field("availableMicroUnits", budget > taken ? budget - taken : 0)
      case .stream(let name, let microUnitWei, let collectedBefore):
        writer.field("kind", "stream")
        writer.field("stream", name.description)
        writer.field("microUnitWei", microUnitWei.description)
        writer.field(
          "spentWei", SessionAccount.wei(account.spentMicroUnits, at: microUnitWei).description)
        if case .success(let stream) = balance.stream {
          let left = SessionAccount.left(
            of: stream.vested, collectedBefore: collectedBefore, microUnitWei: microUnitWei,
            taken: taken)
          writer.field("availableMicroUnits", left.microUnits)
          writer.field("availableWei", left.wei.description)
        } else if case .failure(let failure) = balance.stream {
          writer.field("reason", failure.message)
        }
      }
      writer.field("currency", account.currency)
      writer.field("spentMicroUnits", account.spentMicroUnits)
      writer.field("reservedMicroUnits", report.reservedMicroUnits)
      writer.field("openExecutions", report.openExecutions)
      writer.field("openedAt", account.openedAt)
    }
  }
}
