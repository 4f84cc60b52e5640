import OrienHTTP
import OrienModel
import OrienSystem

/// How many requests that write each key, or each address without one, may make in a minute. Belongs
/// to the loop.
///
/// Of each it knows one moment: when its allowance would be whole again if it asked no more. So a
/// request costs one look and one addition, and a minute's requests may come at once.
struct RateLimits {
  /// A kind of route with a bound of its own.
  enum Kind: Int, CaseIterable {
    case usual, costly

    /// Of a route that writes; nil for those that only read.
    init?(_ method: HTTPMethod, _ template: String) {
      guard method != .get else { return nil }
      self = template.hasPrefix("/api/v1/") ? .costly : .usual
    }
  }

  /// Who is counted.
  enum Payer: Hashable {
    case key(Int)
    case address(NetworkAddress)
  }

  struct Refusal {
    var perMinute: Int
    var seconds: Int
  }

  private struct Allowance {
    var moments: (usual: UInt64, costly: UInt64) = (0, 0)
  }

  private static let minute: UInt64 = 60_000_000_000
  /// Addresses that are told apart. Beyond, strangers share one allowance.
  private static let mostAddresses = 8192

  private var bounds: [Int?]
  private var byKey: [Allowance]
  private var byAddress: [NetworkAddress: Allowance] = [:]
  private var shared = Allowance()

  /// `perMinute` nil: no bound; by kind.
  init(perMinute: [Int?], keys: Int) {
    precondition(perMinute.count == Kind.allCases.count, "each kind has its bound")
    bounds = perMinute
    byKey = Array(repeating: Allowance(), count: keys)
  }

  /// The same for other keys: `places` has for each where it was before, nil where it is new.
  mutating func change(perMinute: [Int?], places: [Int?]) {
    bounds = RateLimits(perMinute: perMinute, keys: 0).bounds
    byKey = places.map { place in place.map { byKey[$0] } ?? Allowance() }
  }

  /// Counts one request, or so many; nil where that is within bounds. Else none is counted.
  mutating func take(
    _ kind: Kind, _ payer: Payer, _ count: Int = 1, at now: Instant
  ) -> Refusal? {
    guard let perMinute = bounds[kind.rawValue] else { return nil }
    switch payer {
    case .key(let place): return Self.take(kind, perMinute, count, &byKey[place], now)
    case .address(let address):
      let network = address.network
      if byAddress.count >= Self.mostAddresses, byAddress[network] == nil {
        forgetWhole(now)
        if byAddress.count >= Self.mostAddresses {
          return Self.take(kind, perMinute, count, &shared, now)
        }
      }
      return Self.take(
        kind, perMinute, count, &byAddress[network, default: Allowance()], now)
    }
  }

  /// Those whose allowance is whole are as those that never asked.
  private mutating func forgetWhole(_ now: Instant) {
    byAddress = byAddress.filter {
      max($0.value.moments.usual, $0.value.moments.costly) > now.nanoseconds
    }
  }

  private static func take(
    _ kind: Kind, _ perMinute: Int, _ count: Int, _ allowance: inout Allowance, _ now: Instant
  ) -> Refusal? {
    let all = minute / UInt64(perMinute) * UInt64(count)
    let from = max(
      kind == .usual ? allowance.moments.usual : allowance.moments.costly, now.nanoseconds)
    let used = from - now.nanoseconds
    guard used + all <= minute else {
      let wait = used + all - minute
      return Refusal(perMinute: perMinute, seconds: Int((wait + 999_999_999) / 1_000_000_000))
    }
    if kind == .usual {
      allowance.moments.usual = from + all
    } else {
      allowance.moments.costly = from + all
    }
    return nil
  }
}

extension HTTPExchange {
  /// Tells who asks too often when to come again.
  func refuse(
    _ refusal: RateLimits.Refusal,
    setBy settings: String = "RATE_LIMIT_PER_MINUTE, VM_RATE_LIMIT_PER_MINUTE"
  ) {
    let failure = Failure(
      .limited, "rate-limited",
      "more than \(refusal.perMinute) requests in a minute; try again in \(refusal.seconds) s"
        + " (\(settings))")
    let status = Problem.status(of: .limited)
    respond(
      status, Problem.content(status, failure),
      fields: [
        HTTPField("Retry-After", "\(refusal.seconds)"),
        HTTPField("RateLimit-Limit", "\(refusal.perMinute)"),
        HTTPField("RateLimit-Remaining", "0"),
        HTTPField("RateLimit-Reset", "\(refusal.seconds)"),
      ])
  }
}
