package import OrienModel
import OrienSystem

// Before a stream pays for anything: each reason by name, and what nobody can say is no reason.

extension PaymentService {
  /// Whether a stream pays for a machine of this name and size, for as long as it has to at least, and
  /// its sender wants that. It is claimed by whoever goes on from here.
  package func verify(
    _ named: NamedStream, for machine: String, _ size: MachineSize,
    then answer: @escaping (Result<VerifiedStream, Failure>) -> Void
  ) {
    do throws(Failure) {
      verify(named, for: .machine(machine), rate: try parts.price(size), then: answer)
    } catch {
      parts.loop.soon { answer(.failure(error)) }
    }
  }

  private func verify(
    _ named: NamedStream, for use: StreamUse, rate: UInt256,
    then answer: @escaping (Result<VerifiedStream, Failure>) -> Void
  ) {
    parts.terms.learn { [self] result in
      guard case .success(let terms) = result else {
        return answer(.failure(Self.unknown(result.failure)))
      }
      let name = terms.name(of: named.id)
      guard claims[name] == nil else { return answer(.failure(name.inUse)) }
      parts.host.inspect([named.id], at: nil) { [self] result in
        do throws(Failure) {
          guard case .success(let readings) = result, let reading = readings.streams.first
          else { throw Self.unknown(result.failure) }
          var stream = try judge(reading, readings.moment, name, rate: rate)
          proofs.check(named, for: use, sender: stream.sender, terms) { result in
            answer(
              result.map { moment in
                stream.provenAt = moment
                return stream
              })
          }
        } catch {
          if error.code == .unavailable { parts.terms.doubt() }
          answer(.failure(error))
        }
      }
    }
  }

  private func judge(
    _ reading: StreamReading, _ moment: ChainMoment, _ name: StreamName, rate: UInt256
  ) throws(Failure) -> VerifiedStream {
    func bad(_ reason: String, _ why: String) -> Failure {
      Failure(.unpaid, reason, "invalid stream: \(why)")
    }
    if let fault = reading.fault { throw bad(fault.rawValue, fault.message) }
    guard let stream = reading.stream else {
      throw bad(StreamFault.unknown.rawValue, StreamFault.unknown.message)
    }
    guard stream.ratePerSecond >= rate else {
      throw bad(
        "rate-too-low", "it pays \(stream.ratePerSecond) a second, and this costs \(rate)")
    }
    let now = parts.clock.now()
    chain.note(moment, at: now)
    if let stalled = stalledSince(at: now) {
      throw StreamClaim.Standing.unknown(since: stalled)
    }
    let left = reading.remainingSeconds(after: chain.lag(of: moment, at: now))
    guard left > 0 else { throw bad(StreamFault.ended.rawValue, StreamFault.ended.message) }
    guard left >= settings.leastSeconds else {
      throw bad(
        "runway-too-short",
        "it lasts \(left) seconds, and \(settings.leastSeconds) are the least")
    }
    return VerifiedStream(
      name: name, sender: stream.sender, rate: rate, paidUntil: now.after(seconds: left))
  }

  /// What a stream has to be like, for whoever only tells of it: as it was heard last, and asked first
  /// where it never was. Nil where nobody can say.
  package func tellTerms(then body: @escaping (PaymentTerms?) -> Void) {
    if let terms { return body(terms) }
    parts.terms.learn { body(try? $0.get()) }
  }

  private static func unknown(_ failure: Failure?) -> Failure {
    Failure(
      .unavailable, "payments-unknown",
      "nobody can say whether the stream pays: \(failure?.message ?? "there was no answer")")
  }
}

extension Result where Failure == OrienModel.Failure {
  var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
