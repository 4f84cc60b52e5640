package import OrienModel

/// The end of an execution on its way into the ledger: the final record and what it wrote.
package struct Settlement: Sendable {
  package var record: FinalRecord
  package var output: KeptStream
  package var errors: KeptStream

  package init(
    _ record: consuming FinalRecord, output: KeptStream = .inline([]),
    errors: KeptStream = .inline([])
  ) {
    self.record = record
    self.output = output
    self.errors = errors
  }
}

/// An execution's end as the ledger has it: the record vouches for the outputs, and has its place in
/// the chain.
package final class Settled: Sendable {
  package let record: FinalRecord
  package let receipt: ReceiptReference

  init(_ record: FinalRecord, _ receipt: ReceiptReference) {
    self.record = record
    self.receipt = receipt
  }
}

/// Where the kept bytes of one stream are when its execution is settled.
package enum KeptStream: Sendable {
  /// Here, to be kept in the ledger's own file: at most `Ledger.inlineOutputBytes`.
  case inline([UInt8])
  /// In the file that `OutputFiles` gave, synced; the record's summary says how many. The digest is
  /// theirs, made on the way.
  case file(digest: [UInt8])
}
