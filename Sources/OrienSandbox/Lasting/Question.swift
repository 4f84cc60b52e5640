import COrienJail
import OrienModel
import OrienSystem

/// One thing that is asked of `orien-jail lasting`, by a process that does it and ends. Where nobody
/// waits any more it does so all the same.
final class Question: @unchecked Sendable {
  private let socket: Descriptor
  private let what: String
  private var process: ChildProcess?

  init(
    _ lasting: Lasting, _ key: Lasting.Key, _ order: LastingOrder, _ number: UInt64
  ) throws(Failure) {
    what = "\(order.word) of \(key.path)"
    // Opened anew: what is locked by it is nobody else's. The warden does so itself.
    let folder =
      lasting.warden == nil ? try Folder(at: lasting.path, creating: order == .start) : nil
    do throws(SystemError) {
      let ends = try SocketPair().release()
      socket = Descriptor(owning: ends.near)
      let far = Descriptor(owning: ends.far)
      if let warden = lasting.warden {
        try warden.ask(order, of: key.path, number, by: far.raw)
      } else if let folder {
        process = try ChildProcess(
          lasting.program,
          arguments: [
            "orien-jail", "lasting", lasting.groupName, key.path, order.word, "\(number)",
            "--groups", lasting.groups,
          ],
          environment: [],
          descriptors: [
            (parent: far.raw, child: Int32(ORIEN_JAIL_ASKER)),
            (parent: folder.raw, child: Int32(ORIEN_JAIL_RECORDS)),
          ])
      }
    } catch {
      throw error.failure("asking for the \(what)")
    }
  }

  /// The other end reads it whole before it answers.
  func send(
    _ frame: [UInt8], _ descriptors: consuming JailDescriptors, until deadline: Instant
  ) throws(Failure) {
    let passing = [
      descriptors.input.raw, descriptors.output.raw, descriptors.errors.raw,
      descriptors.workspace.raw,
    ]
    do throws(SystemError) {
      try socket.sendAll(frame, passing: passing, until: deadline)
    } catch {
      if error.isLate { throw late }
      throw error.failure(what)
    }
  }

  /// Waits for what it says, and for its end. `cancelled` polls readable where nobody wants to know any
  /// more.
  func answer(
    until deadline: Instant, cancelled: Int32? = nil
  ) throws(Failure) -> orien_jail_lasting {
    var reader = FrameReader()
    while true {
      switch reader.next(from: socket) {
      case .frame(let frame):
        guard frame.kind == ORIEN_JAIL_LASTING.rawValue,
          let answer = frame.decode(orien_jail_lasting.self)
        else { throw nonsense }
        try finish(by: .now + .seconds(1))
        return answer
      case .end:
        try finish(by: .now)
        throw nonsense
      case .partial: break
      }
      if try isCancelled(until: deadline, by: cancelled) {
        leave()
        throw Failure(.cancelled, "cancelled", "the \(what) goes on, and nobody waits for it")
      }
      if Instant.now >= deadline {
        try finish(by: .now)
        throw late
      }
    }
  }

  /// Waits for more of the answer; true where nobody does any more.
  private func isCancelled(
    until deadline: Instant, by cancelled: Int32?
  ) throws(Failure) -> Bool {
    var wait = Wait()
    wait.add(socket.raw)
    if let cancelled { wait.add(cancelled) }
    do throws(SystemError) { try wait.wait(until: deadline) } catch { throw error.failure(what) }
    return cancelled.map { wait.isReadable($0) && !wait.isReadable(socket.raw) } ?? false
  }

  private func finish(by deadline: Instant) throws(Failure) {
    do throws(SystemError) { _ = try process.take()?.finish(by: deadline) } catch {
      throw error.failure(what)
    }
  }

  /// Lets it do the rest, and sees to its end.
  private func leave() {
    Thread("lasting") { [self] in
      // Longer than anything it may wait for: it is not cut short.
      do throws(SystemError) {
        _ = try process.take()?.finish(by: .now + .seconds(48 * 3600))
      } catch {
        // It is no child of this process any more, and needs nobody to see its end.
      }
    }.detach()
  }

  private var late: Failure {
    Failure(.unavailable, "lasting-late", "the \(what) has not come to an end in time")
  }

  private var nonsense: Failure {
    Failure(.unavailable, "lasting-lost", "the process for the \(what) ended without an answer")
  }
}
