@testable import OrienModel

/// Whatever the bytes, reading them ends; and what is read is written and read back as itself.
///
/// The reader and the scan that words its refusals are two readings of one grammar: neither may
/// take what the other refuses.
@c(LLVMFuzzerTestOneInput)
public func readJSON(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let isGrammar = (try? JSONScan.check(bytes.span)) != nil
  do throws(Failure) {
    let value = try JSON(parsing: bytes)
    precondition(isGrammar, "read what the scan refuses")
    guard let again = try? JSON(parsing: value.compact) else {
      preconditionFailure("what was written is not read")
    }
    precondition(again == value, "what was written is read as something else")
    precondition(again.compact == value.compact, "two writings of one value differ")
  } catch {
    // Both of these follow the grammar, and are refused for what they mean.
    let isMeaning = ["json-duplicate", "json-nul", "json-nodes", "json-size"].contains(error.reason)
    precondition(!isGrammar || isMeaning, "refused for \(error.reason), which the scan takes")
    precondition(!error.message.isEmpty)
  }
  return 0
}
