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
  for kind in 0..<7 {
    do throws(RPCFault) { try read(answer, as: kind) } catch { check(error) }
  }
}

private func read(_ answer: Result<JSON, RPCFault>, as kind: Int) throws(RPCFault) {
  switch kind {
  case 0: _ = try ChainClient.Outcome(answer)
  case 1: _ = try Block(try answer.get())
  case 2: _ = try Log(try answer.get())
  case 3: _ = try Receipt(try answer.get())
  case 4: _ = try FeeHistory(try answer.get())
  case 5: _ = try RPCReading.small(try answer.get(), "number")
  default: _ = try RPCReading.word(try answer.get(), "word")
  }
}

private func check(_ fault: RPCFault) {
  switch fault {
  case .refused, .malformed, .reorganised: precondition(!fault.description.isEmpty)
  default: preconditionFailure("reading reaches nobody: \(fault)")
  }
}
