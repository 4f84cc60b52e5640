@testable import OrienEVM
import OrienModel

/// Whatever the bytes, reading them ends, and what is read has these bytes alone; so has a signed
/// transaction, and it has a sender or a reason to have none.
@c(LLVMFuzzerTestOneInput)
public func readRLP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(Failure) {
    let item = try RLP(decoding: bytes)
    precondition(item.encoded == bytes, "two encodings of one item")
  } catch {
    precondition(error.reason == "bad-rlp" && !error.message.isEmpty)
  }
  do throws(Failure) {
    let signed = try SignedTransaction(decoding: bytes)
    precondition(signed.bytes == bytes, "two encodings of one transaction")
    _ = try signed.sender()
  } catch {
    precondition(["bad-rlp", "bad-transaction", "bad-signature"].contains(error.reason))
  }
  return 0
}
