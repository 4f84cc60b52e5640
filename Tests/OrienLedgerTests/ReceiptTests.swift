import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienLedger

@Suite("Receipts")
struct ReceiptTests {
  let rig: Rig
  init() throws { rig = try Rig() }

  /// Receipts of executions that were settled in one commit, so that their paths have all lengths.
  private func batch(_ count: Int) throws -> [Receipt] {
    try rig.with { ledger in
      let acceptances = (0..<count).map { _ in ledger.makeAcceptance() }
      for acceptance in acceptances { try ledger.accept(acceptance) }
      try ledger.settleTogether(acceptances.map { .completed($0) })
      return try acceptances.map { try ledger.receipt(of: $0.id) }
    }
  }

  @Test("A receipt read back from its file proves its record, wherever in its batch that stands")
  func paths() throws {
    for receipt in try batch(150) {
      let read = try Receipt(parsing: receipt.json)
      #expect(read == receipt)
      try read.verify(trusted: receipt.publicKey)
    }
  }

  @Test("A receipt that was laid out anew still holds")
  func pretty() throws {
    let receipt = try #require(try batch(1).first)
    let text = String(decoding: receipt.json, as: UTF8.self)
    let pretty = text.replacingOccurrences(of: "\",\"", with: "\" ,\n\t\"")
    try Receipt(parsing: Array(pretty.utf8)).verify()
  }

  @Test("Whatever is changed in a receipt is found")
  func forged() throws {
    let receipt = try #require(try batch(3).first)
    let key = receipt.publicKey
    var forgeries = [Receipt](repeating: receipt, count: 8)
    forgeries[0].record[40] ^= 1
    forgeries[1].position += 1
    forgeries[2].previous[0] ^= 1
    forgeries[3].following[1][5] ^= 1
    forgeries[4].following.removeLast()
    forgeries[5].following.swapAt(0, 1)
    forgeries[6].signature[3] ^= 1
    forgeries[7].publicKey[3] ^= 1
    for forgery in forgeries {
      #expect(throws: Failure.self) { try forgery.verify(trusted: key) }
      #expect(throws: Failure.self) { try forgery.verify() }
    }
  }

  @Test("A whole receipt of another node vouches for itself, not for this one")
  func stranger() throws {
    let receipt = try #require(try batch(1).first)
    try receipt.verify()
    let failure = #expect(throws: Failure.self) {
      try receipt.verify(trusted: NodeKey.generate().publicKey)
    }
    #expect(failure?.reason == "receipt-key")
  }

  @Test(
    "What is no receipt is refused with its form",
    arguments: ["", "[]", "{}", #"{"format":"orien receipt 1"}"#, #"{"format":"orien receipt 2"}"#])
  func noReceipt(_ text: String) {
    #expect(throws: Failure.self) { try Receipt(parsing: Array(text.utf8)) }
  }
}
