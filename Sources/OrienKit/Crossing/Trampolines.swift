internal import COrienABI

// The C functions that a table points to. They are the same for every plugin and find the Swift
// closure by a context, since a C function cannot carry one.

/// A handler's closure, kept in `orien_handler.context`.
final class Running: Sendable {
  typealias Body = @Sendable (borrowing Call, UnsafeMutableRawPointer?, orien_bytes) throws -> Void
  let body: Body

  init(body: @escaping Body) { self.body = body }
}

/// A plugin's `open`, kept in `orien_plugin.context`.
final class Opening: Sendable {
  let body: @Sendable (borrowing Call, orien_bytes) throws -> OpenedPlugin

  init(body: @escaping @Sendable (borrowing Call, orien_bytes) throws -> OpenedPlugin) {
    self.body = body
  }
}

/// What `open` made, behind the `self` that the node passes around.
class OpenedPlugin {
  func close() {}
  func probe(_ call: borrowing Call) throws {}
}

final class Opened<State>: OpenedPlugin {
  private let state: State
  private let closing: (State) -> Void
  private let probing: ((borrowing Call, State) throws -> Void)?

  init(
    state: State, close: @escaping (State) -> Void,
    probe: ((borrowing Call, State) throws -> Void)?
  ) {
    self.state = state
    closing = close
    probing = probe
  }

  override func close() { closing(state) }
  override func probe(_ call: borrowing Call) throws { try probing?(call, state) }

  static func state(of opened: UnsafeMutableRawPointer?) -> State {
    guard let opened else { preconditionFailure("the node runs no handler before open()") }
    return Unmanaged<Opened<State>>.fromOpaque(opened).takeUnretainedValue().state
  }
}

typealias RunFunction =
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafeMutablePointer<orien_call>?, orien_bytes
  ) -> orien_status

let runHandler: RunFunction = { opened, call, json in
  answer(call) { call in
    let context = call.raw.pointee.handler.pointee.context!
    try Unmanaged<Running>.fromOpaque(context).takeUnretainedValue().body(call, opened, json)
  }
}

typealias OpenFunction =
  @convention(c) (
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?, UnsafeMutablePointer<orien_call>?, orien_bytes
  ) -> orien_status

let openPlugin: OpenFunction = { place, call, json in
  answer(call) { call in
    guard let place, let context = place.pointee else {
      throw Failure(.internal, "open() wants its context in *self")
    }
    let opening = Unmanaged<Opening>.fromOpaque(context).takeUnretainedValue()
    place.pointee = Unmanaged.passRetained(try opening.body(call, json)).toOpaque()
  }
}

let closePlugin: @convention(c) (UnsafeMutableRawPointer?) -> Void = { opened in
  guard let opened else { return }
  Unmanaged<OpenedPlugin>.fromOpaque(opened).takeRetainedValue().close()
}

let probePlugin:
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafeMutablePointer<orien_call>?
  ) -> orien_status = { opened, call in
    answer(call) { call in
      guard let opened else { throw Failure(.internal, "probe() wants what open() made") }
      try Unmanaged<OpenedPlugin>.fromOpaque(opened).takeUnretainedValue().probe(call)
    }
  }

/// Runs a closure for a call of the node's, and turns what it throws into the call's failure.
private func answer(
  _ raw: UnsafeMutablePointer<orien_call>?, _ body: (borrowing Call) throws -> Void
) -> orien_status {
  guard let raw, UnsafePointer(raw).has(\.cancel_fd) else { return orien_status(ORIEN_INTERNAL) }
  var status = orien_status(ORIEN_OK)
  return withUnsafeMutablePointer(to: &status) { answer in
    let call = Call(raw: raw, answer: answer)
    let failure: Failure
    do {
      try body(call)
      return answer.pointee
    } catch let error as Failure {
      failure = error
    } catch {
      failure = Failure(.internal, "\(error)")
    }
    // Cut short, a reason would be another one; none is told instead.
    let reason = failure.reason.flatMap { $0.utf8.contains(0) ? nil : $0 }
    return raw.pointee.fail(
      raw, failure.status.rawValue, reason, failure.message.crossingWhole)
  }
}
