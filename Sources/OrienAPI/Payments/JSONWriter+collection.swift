import OrienLedger
import OrienModel
import OrienNode

extension JSONWriter {
  /// An amount twice: as the integer that it is, and as text for readers whose integers are too short.
  mutating func field(wei name: String, _ amount: UInt256, isLess: Bool = false) {
    let text = (isLess && !amount.isZero ? "-" : "") + amount.description
    self.name(name + "_wei")
    write(raw: text)
    field(name, text)
  }

  mutating func write(_ collection: StreamCollection) {
    object { writer in
      writer.field("id", collection.number ?? 0)
      writer.field("stream_id", collection.stream.id)
      writer.field("stream", collection.stream.description)
      writer.field("state", collection.state.rawValue)
      writer.field("manual", collection.isManual)
      writer.field("collector", collection.collector)
      writer.field(wei: "expected", collection.expected)
      writer.field(wei: "amount", collection.amount)
      writer.field(wei: "gas_cost", collection.cost)
      writer.fieldOrNull("block", collection.block)
      writer.array("transactions") { writer in
        for attempt in collection.attempts {
          writer.object { writer in
            writer.field("hash", attempt.hash)
            writer.field("nonce", attempt.nonce)
            writer.field("gas", attempt.gas)
            writer.field(wei: "max_fee", attempt.maxFee)
            writer.field(wei: "priority_fee", attempt.priorityFee)
            writer.field("signed_at", attempt.signedAt)
          }
        }
      }
      writer.fieldOrNull("reason", collection.trouble?.reason)
      writer.fieldOrNull("message", collection.trouble?.message)
      writer.field("created_at", collection.createdAt)
      writer.field("updated_at", collection.updatedAt)
      writer.fieldOrNull("ended_at", collection.endedAt)
    }
  }

  /// What became of a wish to collect.
  mutating func write(_ claim: StreamClaim, _ result: Result<StreamCollection, Failure>) {
    object { writer in
      writer.field("stream_id", claim.stream.id)
      writer.fieldOrNull("vm_id", claim.machine)
      switch result {
      case .success(let collection):
        writer.field("begun", true)
        writer.name("collection")
        writer.write(collection)
      case .failure(let failure):
        writer.field("begun", false)
        writer.field("reason", failure.reason)
        writer.field("message", failure.message)
      }
    }
  }

  mutating func write(_ reconciliation: Reconciliation) {
    object { writer in
      writer.field("agrees", reconciliation.streams.allSatisfy(\.agrees))
      writer.name("block")
      if let moment = reconciliation.moment { writer.write(moment) } else { writer.writeNull() }
      writer.array("streams") { writer in
        for balance in reconciliation.streams { writer.write(balance) }
      }
    }
  }

  private mutating func write(_ balance: StreamBalance) {
    object { writer in
      writer.field("stream_id", balance.claim.stream.id)
      writer.fieldOrNull("vm_id", balance.claim.machine)
      writer.field("phase", balance.claim.phase.rawValue)
      writer.object("chain") { writer in
        writer.field("known", balance.stream != nil)
        writer.field(wei: "deposit", balance.stream?.deposit ?? .zero)
        writer.field(wei: "vested", balance.vested)
        writer.field(wei: "withdrawn", balance.withdrawn)
        writer.field(wei: "withdrawable", balance.withdrawable)
      }
      writer.object("ledger") { writer in
        writer.field("collections", balance.totals.confirmed)
        writer.field(wei: "collected", balance.totals.collected)
        writer.field(wei: "under_way", balance.totals.underWay)
        writer.field(wei: "gas_cost", balance.totals.cost)
      }
      if let charges = balance.charges {
        writer.object("sessions") { writer in
          writer.field("executions", charges.executions)
          writer.field(wei: "charged", charges.charged)
          writer.field(wei: "receipts", charges.receipts)
          writer.field("all_receipts_kept", balance.areReceiptsWhole)
          writer.field("covered", balance.isCovered)
        }
      }
      writer.field("agrees", balance.agrees)
      writer.field(
        wei: "difference", balance.difference.amount, isLess: balance.difference.isLess)
      writer.fieldOrNull("cause", balance.cause?.rawValue)
    }
  }
}
