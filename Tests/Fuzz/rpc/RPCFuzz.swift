@testable import OrienEVM
import OrienModel

/// Whatever a server answers, reading it ends, with an answer to each call or a fault that says why.
@c(LLVMFuzzerTestOneInput)
public func readAnswers(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(RPCFault) {
    let answers = try RPCBatch.answers(in: bytes, to: 2)
    precondition(answers.count == 2, "each call has its answer")
    for answer in answers { read(answer) }
  } catch {
    check(error)
  }
  return 0
}

/// As each thing that could have been asked for.
private func read(_ answer: Result<JSON, RPCFault>) {
  let readings: [(JSON) throws(RPCFault) -> Void] = [
    { json throws(RPCFault) in _ = try Block(json) },
    { json throws(RPCFault) in _ = try Log(json) },
    { json throws(RPCFault) in _ = try Receipt(json) },
    { json throws(RPCFault) in _ = try FeeHistory(json) },
    { json throws(RPCFault) in _ = try RPCReading.small(json, "number") },
    { json throws(RPCFault) in _ = try RPCReading.word(json, "word") },
  ]
  for reading in readings {
    do throws(RPCFault) {
      try reading(try answer.get())
    } catch {
      check(error)
    }
  }
  do throws(RPCFault) { _ = try ChainClient.Outcome(answer) } catch { check(error) }
}

private func check(_ fault: RPCFault) {
  switch fault {
  case .refused, .malformed, .reorganised: precondition(!fault.description.isEmpty)
  default: preconditionFailure("reading reaches nobody: \(fault)")
  }
}
