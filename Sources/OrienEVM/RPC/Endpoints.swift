package import OrienModel
package import OrienSystem

/// Several endpoints of one chain, and how many of them have to say the same. One thread at a time
/// uses it.
package final class Endpoints {
  package enum Policy: Sendable, Equatable {
    /// The first that answers, beginning with the one that answered last.
    case failover
    /// Only what so many of them say alike.
    case quorum(Int)
  }

  private let endpoints: [RPCEndpoint]
  package let chainID: UInt64
  package let policy: Policy
  /// The one that is asked first.
  private var preferred = 0
  /// What the endpoints that were passed over said; the next question begins a new list.
  package private(set) var complaints: [String] = []
  /// After it nothing is asked any more; nil: each question has only its endpoint's own bound.
  package var deadline: Instant?

  package init(
    _ endpoints: [RPCEndpoint], chainID: UInt64, policy: Policy = .failover
  ) throws(Failure) {
    guard !endpoints.isEmpty else {
      throw Failure(.invalid, "no-endpoint", "expected at least one endpoint of the chain")
    }
    if case .quorum(let count) = policy, !(1...endpoints.count).contains(count) {
      throw Failure(
        .invalid, "bad-quorum", "a quorum of \(count) among \(endpoints.count) endpoints")
    }
    self.endpoints = endpoints
    self.chainID = chainID
    self.policy = policy
  }

  /// Asks, and takes the answers to be what `read` makes of them; two endpoints say the same where
  /// these values are equal, whatever else their servers add.
  func ask<Value: Equatable>(
    _ requests: [RPCRequest], _ read: ([Result<JSON, RPCFault>]) throws(RPCFault) -> Value
  ) throws(RPCFault) -> Value {
    switch policy {
    case .failover: try firstAnswer(requests, read)
    case .quorum(let count): try agreed(all(requests, read), count)
    }
  }

  /// The same without a quorum, for what a single endpoint knows, such as how its pool is.
  func askOne<Value>(
    _ requests: [RPCRequest], _ read: ([Result<JSON, RPCFault>]) throws(RPCFault) -> Value
  ) throws(RPCFault) -> Value {
    try firstAnswer(requests, read)
  }

  /// Of numbers that grow, the greatest that as many as the policy wants have reached.
  func reached(
    _ request: RPCRequest, _ read: (JSON) throws(RPCFault) -> UInt64
  ) throws(RPCFault) -> UInt64 {
    func number(_ given: [Result<JSON, RPCFault>]) throws(RPCFault) -> UInt64 {
      try read(try given[0].get())
    }
    guard case .quorum(let count) = policy else { return try firstAnswer([request], number) }
    let numbers = all([request], number).compactMap { try? $0.get() }.sorted(by: >)
    guard numbers.count >= count else {
      throw .disagreement(complaints.joined(separator: "; "))
    }
    return numbers[count - 1]
  }

  private func firstAnswer<Value>(
    _ requests: [RPCRequest], _ read: ([Result<JSON, RPCFault>]) throws(RPCFault) -> Value
  ) throws(RPCFault) -> Value {
    complaints = []
    var last = RPCFault.transport("no endpoint was asked")
    for turn in endpoints.indices {
      let index = (preferred + turn) % endpoints.count
      do throws(RPCFault) {
        let value = try read(try endpoints[index].ask(requests, onChain: chainID, until: deadline))
        preferred = index
        return value
      } catch {
        guard error.isEndpointsOwn else {
          preferred = index
          throw error
        }
        complaints.append("\(endpoints[index].name) \(error)")
        last = error
      }
    }
    throw last
  }

  private func all<Value>(
    _ requests: [RPCRequest], _ read: ([Result<JSON, RPCFault>]) throws(RPCFault) -> Value
  ) -> [Result<Value, RPCFault>] {
    complaints = []
    return endpoints.map { endpoint in
      do throws(RPCFault) {
        return .success(try read(try endpoint.ask(requests, onChain: chainID, until: deadline)))
      } catch {
        complaints.append("\(endpoint.name) \(error)")
        return .failure(error)
      }
    }
  }

  private func agreed<Value: Equatable>(
    _ answers: [Result<Value, RPCFault>], _ count: Int
  ) throws(RPCFault) -> Value {
    // Of refusals too, as many have to be alike: a contract's is an answer.
    let best = answers.max { a, b in answers.count { $0 == a } < answers.count { $0 == b } }
    if let best, answers.count(where: { $0 == best }) >= count { return try best.get() }
    throw .disagreement(
      complaints.isEmpty ? "each says something else" : complaints.joined(separator: "; "))
  }
}
