internal import COrienABI

/// One running call: what a handler sees of it, and by what it answers.
///
/// It belongs to the node, and is borrowed until the handler returns: the compiler sees to it that
/// it is not kept. In `open` and `probe` there is no session and no workspace, and `emit`, `meter`
/// and `ended` fail as `invalid`.
public struct Call: ~Copyable {
  let raw: UnsafeMutablePointer<orien_call>
  /// What the handler's return will say: `ORIEN_OK`, or `ORIEN_EXEC` once `exec` was called.
  let answer: UnsafeMutablePointer<orien_status>

  /// The execution's id, the same in a retry.
  public var id: String { String(cString: raw.pointee.id) }
  /// Nil for a call of the node's own.
  public var session: String? { raw.pointee.session.map { String(cString: $0) } }
  /// The workspace's path, for a daemon that mounts it. Open its files by `openFile`.
  public var workspace: String? { raw.pointee.workspace.map { String(cString: $0) } }
  /// Whose its files are there: what a container that mounts it runs as. Nil where they are root's,
  /// as whom none is to run.
  public var workspaceUser: UInt32? {
    guard UnsafePointer(raw).has(\.workspace_user), raw.pointee.workspace_user != 0 else {
      return nil
    }
    return raw.pointee.workspace_user
  }
  public var host: Host { Host(raw: raw.pointee.host) }
  /// As granted: pass them on to what does the work.
  public var limits: Limits { raw.pointee.limits.map { Limits($0) } ?? Limits() }
  /// When the call must be over, on CLOCK_MONOTONIC.
  public var deadlineMilliseconds: UInt64 { raw.pointee.deadline_ms }

  // MARK: Output

  /// Appends to the result. Throws `limited` past the granted output, `cancelled` once nobody
  /// wants it: let both pass through.
  public func emit(_ text: String) throws(Failure) { try emit(text, ORIEN_OUTPUT) }
  public func emit(_ bytes: [UInt8]) throws(Failure) { try emit(bytes, ORIEN_OUTPUT) }

  /// Appends beside the result, as a program does on its standard error.
  public func emitError(_ text: String) throws(Failure) { try emit(text, ORIEN_ERRORS) }
  public func emitError(_ bytes: [UInt8]) throws(Failure) { try emit(bytes, ORIEN_ERRORS) }

  /// Tells an object to whoever watches now; it is not kept.
  public func event(_ object: [String: JSON]) throws(Failure) {
    try emit(JSON.object(object).text, ORIEN_EVENT)
  }

  /// Tells how far the work is, from 0 to 1, to whoever watches now.
  public func progress(_ fraction: Double, _ text: String) throws(Failure) {
    try event(["progress": .number(fraction), "text": .string(text)])
  }

  /// Merges an object into the call's record and receipt.
  public func fact(_ object: [String: JSON]) throws(Failure) {
    try emit(JSON.object(object).text, ORIEN_FACT)
  }

  private func emit(_ text: String, _ stream: Int) throws(Failure) {
    try emit(Array(text.utf8), stream)
  }

  private func emit(_ bytes: [UInt8], _ stream: Int) throws(Failure) {
    let status = bytes.withBytes { raw.pointee.emit(raw, UInt32(stream), $0) }
    try Failure.check(status, "\(bytes.count) bytes of output")
  }

  // MARK: The bill

  /// Adds to the bill, in one of the handler's `units`.
  public func meter(_ unit: String, _ amount: UInt64) throws(Failure) {
    try unit.checkCrossing(as: "a unit")
    try Failure.check(raw.pointee.meter(raw, unit, amount), "metering \(amount) of \(unit)")
  }

  /// Says how something that the node cannot see ended, a container say, and what it used. That
  /// is the call's exit, and billed. Return after it. Throws `invalid` where nothing ends so.
  public func ended(_ exit: Exit, _ usage: Usage? = nil) throws(Failure) {
    var exit = exit.table
    var status: orien_status
    if var used = usage?.table {
      status = raw.pointee.ended(raw, &exit, &used)
    } else {
      status = raw.pointee.ended(raw, &exit, nil)
    }
    try Failure.check(status, "the end of what the call ran")
  }

  // MARK: Cancellation

  /// True once the result is no longer wanted: ask in every loop.
  public var isCancelled: Bool { raw.pointee.cancelled(raw) != 0 }

  /// Throws once the result is no longer wanted.
  public func checkCancelled() throws(Failure) {
    if isCancelled { throw Failure(.cancelled, "the call was cancelled") }
  }

  /// A descriptor that polls readable once the call is cancelled; never read it, close it or keep
  /// it. Nil where none is to be had: wait in short steps then.
  public var cancelDescriptor: Int32? {
    let descriptor = raw.pointee.cancel_fd(raw)
    return descriptor < 0 ? nil : descriptor
  }
}
