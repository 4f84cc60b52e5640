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
    _ lasting: Lasting, _ key: Lasting.Key, _ order: String, _ number: UInt64
  ) throws(Failure) {
    what = "\(order) of \(key.path)"
    // A folder opened anew: what is locked by it is nobody else's.
    let folder = try Folder(at: lasting.path, creating: order == "start")
    do throws(SystemError) {
      let ends = try SocketPair().release()
      socket = Descriptor(owning: ends.near)
      let far = Descriptor(owning: ends.far)
      process = try ChildProcess(
        lasting.program,
        arguments: [
          "orien-jail", "lasting", lasting.groupName, key.path, order, "\(number)", "--groups",
          lasting.groups,
        ],
        environment: [],
        descriptors: [
          (parent: far.raw, child: Int32(ORIEN_JAIL_ASKER)),
          (parent: folder.raw, child: Int32(ORIEN_JAIL_RECORDS)),
        ])
    } catch {
      throw error.failure("starting \(lasting.program)")
    }
  }

  /// The other end reads it whole before it answers.
  func send(
    _ frame: [UInt8], _ descriptors: consuming JailDescriptors, until deadline: Instant
  ) throws(Failure) {
    var passing = [
      descriptors.input.raw, descriptors.output.raw, descriptors.errors.raw,
      descriptors.workspace.raw,
    ]
    var rest = frame[...]
    do throws(SystemError) {
      while !rest.isEmpty {
        if let sent = try put(rest, passing) {
          rest = rest.dropFirst(sent)
          passing = []
        } else {
          var room = Wait()
          room.add(socket.raw, forRoom: true)
          try room.wait(until: deadline)
          guard Instant.now < deadline else { break }
        }
      }
    } catch {
      throw error.failure(what)
    }
    guard rest.isEmpty else { throw late }
  }

  /// How much of it was taken; nil: nothing now.
  private func put(
    _ bytes: ArraySlice<UInt8>, _ passing: [Int32]
  ) throws(SystemError) -> Int? {
    let sent = bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try socket.send(bytes, passing: passing) }
    }
    return try sent.get()
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
