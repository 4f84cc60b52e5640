@testable import OrienEVM
import OrienModel

/// The first byte says how many types there are and the next ones which; whatever the rest is, reading
/// it ends, and what is read has these bytes alone.
@c(LLVMFuzzerTestOneInput)
public func readABI(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let all: [ABIType] = [
    .uint256, .unsigned(bits: 128), .unsigned(bits: 8), .address, .bool, .bytes32, .string, .bytes,
    .array(of: .uint256), .array(of: .address), .array(of: .bool),
  ]
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))[...]
  let wanted = Int((bytes.popFirst() ?? 0) % 10)
  let types = bytes.prefix(wanted).map { all[Int($0) % all.count] }
  let data = Array(bytes.dropFirst(wanted))
  do throws(Failure) {
    let values = try ABI.decode(data, as: types)
    let again = try ABI.encode(values, as: types)
    precondition(again == data, "two encodings of some values")
  } catch {
    precondition(error.reason == "bad-abi" && !error.message.isEmpty)
  }
  _ = RevertReason.text(in: data)
  return 0
}
