internal import OrienEVM
internal import OrienKit

/// What the plugin keeps open. One whose settings make no sense is open too, and says why it can do
/// nothing.
struct Payments: Sendable {
  private let state: Result<StreamDesk, Failure>
  let kept: KeptStreams

  init(_ settings: StreamSettings, store: Store) {
    kept = KeptStreams(store: store)
    guard settings.network != "off" else {
      state = .failure(
        Failure(
          .unavailable, "payments are off: PAYMENTS_NETWORK says by what network they are made",
          reason: "payments-off"))
      return
    }
    do throws(Failure) {
      state = .success(try Self.told { try StreamDesk(settings) })
    } catch {
      // Whatever is wrong with what the operator has set up, nobody who asks can help it.
      state = .failure(Failure(.unavailable, error.message, reason: error.reason))
    }
  }

  /// Throws `unavailable` where streams are not read at all.
  func desk() throws(Failure) -> StreamDesk { try state.get() }

  /// For what is only done with a key: nobody has one without it.
  func signingDesk() throws(Failure) -> StreamDesk {
    do throws(Failure) { return try desk() } catch {
      throw Failure(.denied, error.message, reason: error.reason)
    }
  }

  /// Nil while nothing is set up, and so nothing kept.
  func name(of stream: String) throws(Failure) -> String? {
    guard case .success(let desk) = state else { return nil }
    return try Self.told { try desk.name(of: stream) }
  }

  func requireKept(_ stream: String) throws(Failure) {
    guard let name = try name(of: stream), try kept.has(name) else {
      throw Failure(.denied, "stream \(stream) is not kept: nothing of it is collected")
    }
  }

  /// A failure of the desk's as one of the kit's.
  static func told<Value>(_ body: () throws -> Value) throws(Failure) -> Value {
    do { return try body() } catch {
      guard let (code, reason, message) = StreamDesk.told(of: error) else {
        throw Failure(.internal, "\(error)")
      }
      throw Failure(status(code), message, reason: reason)
    }
  }

  private static func status(_ code: String) -> Failure.Status {
    switch code {
    case "invalid": .invalid
    case "denied": .denied
    case "limited": .limited
    case "conflict": .conflict
    default: .unavailable
    }
  }
}
