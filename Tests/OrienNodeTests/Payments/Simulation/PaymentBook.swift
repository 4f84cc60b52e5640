import OrienModel
import OrienTestKit

@testable import OrienNode

/// What is known of tenants and their machines by whoever looks at all of it.
struct PaymentBook {
  /// Streams by the transactions that have opened them, and whose they are.
  var opened: [(hash: String, sender: String)] = []
  /// Of each machine: the stream that was to pay, its price, when it was paid last, and when its
  /// backend last did not do what it was asked for.
  var streams: [String: String] = [:]
  var prices: [String: UInt256] = [:]
  var paidAt: [String: UInt64] = [:]
  var refusedAt: [String: UInt64] = [:]
  /// Machines that somebody had, by stream.
  var had: [String: Set<String>] = [:]
  /// Whose end their renters want, what these have stopped, and how often they wanted it started.
  var unwanted: Set<String> = []
  var stopped: Set<String> = []
  var starts: [String: Int] = [:]
  /// As they were at the last look.
  var last: [String: Rental] = [:]
}

extension PaymentWorld {
  /// Until when a stream pays, by the chain's rules and not by the node's.
  func paidUntil(_ stream: PaymentStream) -> UInt64 {
    let start = stream.start.uint64 ?? 0
    let stop = stream.stop.uint64 ?? .max
    let funded = stream.deposit.divided(by: stream.ratePerSecond)?.quotient.uint64 ?? .max
    return min(stop, start.saturatingAdd(funded))
  }

  func pays(_ stream: PaymentStream, _ price: UInt256, in state: SimulatedChain.State) -> Bool {
    stream.recipient == payments.recipient && stream.token == chain.token && !stream.isHalted
      && stream.ratePerSecond >= price && state.time < paidUntil(stream)
  }

  func stream(of machine: String, in state: SimulatedChain.State) -> PaymentStream? {
    book.streams[machine].flatMap { UInt256(decimal: $0) }.flatMap { state.streams[$0] }
  }

  func isPaid(_ machine: String, in state: SimulatedChain.State) -> Bool {
    guard let stream = stream(of: machine, in: state) else { return false }
    return pays(stream, book.prices[machine] ?? .max, in: state)
  }

  /// The states of the chain by which the node may go.
  var recent: ArraySlice<SimulatedChain.State> {
    let least = chain.clock - min(chain.clock, window)
    let first = chain.states.lastIndex { $0.time <= least } ?? 0
    return chain.states[first...]
  }

  /// Its stream had ended, or would have by now if nothing had been added.
  func wasLow(_ machine: String) -> Bool {
    let margin = settings.leastSeconds + 2 * Self.lookEvery
    return recent.contains { state in
      guard let stream = stream(of: machine, in: state), isPaid(machine, in: state) else {
        return true
      }
      return paidUntil(stream) <= chain.clock + margin
    }
  }

  /// The chain had its stream as ended.
  func wasEnded(_ machine: String) -> Bool {
    recent.contains { state in
      guard let stream = stream(of: machine, in: state) else { return false }
      return stream.isHalted || stream.recipient == PaymentStream.nobody
        || state.time >= paidUntil(stream)
    }
  }

  /// It was paid when it has to have been over for as long as what is over is kept.
  func wasPaidWithin(_ retention: Duration, _ machine: String) -> Bool {
    let end = chain.clock - min(chain.clock, window)
    let begin = chain.clock.saturatingAdd(window) - min(chain.clock, retention.wholeSeconds)
    return chain.states.contains { state in
      (begin..<max(begin, end)).contains(state.time) && isPaid(machine, in: state)
    }
  }
}
