import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// The programs that one call's handler waits for, and the way to tell it. Belongs to the loop.
final class AwaitedPrograms {
  typealias Answer = Channel<Result<RunResult, Failure>>
  /// Starts one, and hears of its end once.
  typealias Start = (
    _ output: any ByteSink, _ errors: any ByteSink, _ onEnd: @escaping (JailEnd) -> Void
  ) throws(Failure) -> ProcessRun

  /// Of each stream of one that is captured.
  private static let captureBound: UInt64 = 64 << 20

  private var awaited: [ObjectIdentifier: (ProcessRun, Answer)] = [:]
  private var whenRested: (() -> Void)?
  /// Of those that have ended.
  private(set) var usage = Usage()

  /// Somebody waits until none is left.
  var isResting: Bool { whenRested != nil }

  /// Where nothing is to be captured its streams go to the call's.
  func run(
    captureBytes: UInt64?, output: any ByteSink, errors: any ByteSink, _ answer: Answer,
    _ start: Start
  ) {
    let captures = captureBytes.map { bytes in
      let limitBytes = Int(clamping: min(bytes, Self.captureBound))
      return (Capture(limitBytes: limitBytes), Capture(limitBytes: limitBytes))
    }
    let key = ObjectIdentifier(answer)
    do throws(Failure) {
      let process = try start(captures?.0 ?? output, captures?.1 ?? errors) { [self] end in
        awaited[key] = nil
        usage.add(end.usage)
        if awaited.isEmpty { whenRested.take()?() }
        answer.send(
          end.failure.map { .failure($0) }
            ?? .success(
              RunResult(
                exit: end.exit, output: captures?.0.bytes ?? [], errors: captures?.1.bytes ?? [])))
      }
      awaited[key] = (process, answer)
    } catch {
      answer.send(.failure(error))
    }
  }

  func kill(_ reason: ProcessExit.Reason) {
    for (process, _) in awaited.values { process.kill(reason) }
  }

  /// The call is over: nobody waits for them any more, and `body` is called once none is left.
  func end(then body: @escaping () -> Void) {
    for (process, answer) in awaited.values {
      process.kill(.cancelled)
      answer.send(.failure(Failure(.cancelled, "cancelled", "the call is over")))
    }
    guard !awaited.isEmpty else { return body() }
    whenRested = body
  }
}
