internal import OrienHTTPClient
internal import OrienKit
internal import Synchronization

/// A container that waits for a call: paused, and at a place that shows nothing yet.
struct WarmContainer: Sendable {
  let id: String
  /// Where it has the workspace that it is given, on the engine's machine.
  let place: String
  /// What it was made with, beside its place: a call that wants anything else has another.
  let shape: String

  /// The file that is there for as long as the place shows nothing.
  var mark: String { String(place.split(separator: "/").last ?? "") }
}

/// The containers that wait, for images of which the operator wants some to. Each is used once, by
/// one call, and removed behind it. Where nothing that fits waits a call has a container of its own.
final class WarmPool: Sendable {
  /// Of one image.
  private static let most = 16
  /// One that could not be made is not tried again for so long.
  private static let restMilliseconds: UInt64 = 30_000
  /// What all of them may take to be removed when the plugin is closed.
  private static let closeMilliseconds: UInt64 = 1500

  /// How many are to wait, by the names of the images.
  private let wanted: [String: Int]
  private let state = Mutex(State())

  private struct State {
    /// What the last call of each image wanted of a container.
    var shapes: [String: CreateRequest] = [:]
    var waiting: [String: [WarmContainer]] = [:]
    var isFilling = false
    /// The places of all that are somebody's: of those that wait, are made, or run a call.
    var places: Set<String> = []
    /// Those in which a call has ended, by their ids: the next sweep removes them.
    var spent: Set<String> = []
    var restUntil: [String: UInt64] = [:]
    var isClosed = false
  }

  /// Refuses what callers may not name, so that a slip in the manifest is told.
  init(_ setting: JSON, of images: AllowedImages) throws(Failure) {
    var wanted: [String: Int] = [:]
    for (image, count) in setting.object ?? [:] {
      guard images.names.contains(image) else {
        throw Failure(.invalid, "warm: '\(image)' is not among the images that callers may name")
      }
      guard let count = count.integer, (0...Self.most).contains(count) else {
        throw Failure(.invalid, "warm: '\(image)': expected 0 to \(Self.most), got \(count.text)")
      }
      if count > 0 { wanted[image] = count }
    }
    self.wanted = wanted
  }

  var isWanted: Bool { !wanted.isEmpty }
  func wants(_ image: String) -> Bool { wanted[image] != nil }
  func owns(_ place: String) -> Bool { state.withLock { $0.places.contains(place) } }

  /// One that is what the call wants; it is the caller's, who forgets its place in the end. What is to
  /// wait from here on is like it.
  func take(_ image: String, like request: CreateRequest, in sandbox: Sandbox) -> WarmContainer? {
    let shape = request.shape(sandbox)
    return state.withLock { state in
      // Without the program, which is a tenant's.
      state.shapes[image] = request.waiting(at: "", of: "")
      guard let index = state.waiting[image]?.firstIndex(where: { $0.shape == shape }) else {
        return nil
      }
      return state.waiting[image]?.remove(at: index)
    }
  }

  func forget(_ place: String) { state.withLock { _ = $0.places.remove(place) } }

  func spend(_ container: String) { state.withLock { _ = $0.spent.insert(container) } }

  var spent: Set<String> { state.withLock { $0.spent } }
  /// They are gone.
  func forget(spent containers: Set<String>) { state.withLock { $0.spent.subtract(containers) } }

  /// True where the caller may fill it, who says when that is over: one does it for all that come
  /// meanwhile. Before the engine is asked what there is, so that what another makes is not missed.
  func beginFilling() -> Bool {
    state.withLock { state in
      defer { state.isFilling = true }
      return isWanted && !state.isFilling && !state.isClosed
    }
  }

  func endFilling() { state.withLock { $0.isFilling = false } }

  /// Makes what is missing, and removes what no call wants any more or what has ended: `paused` has
  /// what the engine has of those that wait. Never fails: what does not wait is not used.
  func fill(
    _ call: borrowing Call, in sandbox: Sandbox, by connection: EngineConnection, node: String,
    paused: Set<String>
  ) {
    for image in wanted.keys.sorted() {
      for container in unfit(image, sandbox, paused) { discard(container, call, connection) }
      while let request = begin(image) {
        let made = make(request, image, call, sandbox, connection, node)
        if end(image, made) { continue }
        if let made { discard(made, call, connection) }
        break
      }
    }
    do throws(Failure) {
      try call.clearPlaces(keeping: state.withLock { $0.places.sorted() })
    } catch {
      call.log(.warning, "places of containers that waited are left: \(error.message)")
    }
  }

  private func unfit(
    _ image: String, _ sandbox: Sandbox, _ paused: Set<String>
  ) -> [WarmContainer] {
    state.withLock { state in
      guard let shape = state.shapes[image]?.shape(sandbox) else { return [] }
      let all = state.waiting[image] ?? []
      let isFit = { (one: WarmContainer) in one.shape == shape && paused.contains(one.id) }
      state.waiting[image] = all.filter(isFit)
      return all.filter { !isFit($0) }
    }
  }

  /// What another is to be made with; nil where none is missing.
  private func begin(_ image: String) -> CreateRequest? {
    state.withLock { state in
      let count = state.waiting[image]?.count ?? 0
      guard !state.isClosed, count < wanted[image] ?? 0, Pause.now >= state.restUntil[image] ?? 0
      else { return nil }
      return state.shapes[image]
    }
  }

  /// False where what was made waits for nobody.
  private func end(_ image: String, _ made: WarmContainer?) -> Bool {
    state.withLock { state in
      guard let made else {
        state.restUntil[image] = Pause.now + Self.restMilliseconds
        return false
      }
      if !state.isClosed { state.waiting[image, default: []].append(made) }
      return !state.isClosed
    }
  }

  private func make(
    _ request: CreateRequest, _ image: String, _ call: borrowing Call, _ sandbox: Sandbox,
    _ connection: EngineConnection, _ node: String
  ) -> WarmContainer? {
    var place: String?
    do throws(Failure) {
      let path = try call.makePlace()
      place = path
      // Before there is a container, so that no sweep takes it for one that nobody has.
      state.withLock { _ = $0.places.insert(path) }
      return try WarmContainer(request.waiting(at: path, of: node), at: path, sandbox, connection)
    } catch {
      call.log(.warning, "no container of '\(image)' waits for a call: \(error.message)")
      if let place { forget(place) }
      return nil
    }
  }

  private func discard(
    _ container: WarmContainer, _ call: borrowing Call, _ connection: EngineConnection
  ) {
    // By its label a sweep finds one that is still there.
    forget(container.place)
    do throws(Failure) { try connection.remove(container.id, within: 5000) } catch {
      call.log(.warning, "a container that waited is still there: \(error.message)")
    }
  }

  /// Removes those that wait and those that have. What an engine does not remove now a later sweep
  /// does.
  func close(_ sandbox: Sandbox) {
    let left = state.withLock { state in
      state.isClosed = true
      defer { (state.waiting, state.spent) = ([:], []) }
      return state.spent + state.waiting.values.joined().map(\.id)
    }
    guard !left.isEmpty, let connection = try? sandbox.engine.connect(stop: nil) else { return }
    let end = Pause.now + Self.closeMilliseconds
    for container in left where Pause.now < end {
      guard (try? connection.remove(container, within: Int(end - Pause.now))) != nil else {
        return
      }
    }
  }
}
