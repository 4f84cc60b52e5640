import COrienJail
package import OrienModel
package import OrienSystem

/// The images that sessions' workspaces are, by way of the steward: the part of the jail that makes
/// and mounts them. Belongs to the loop's thread.
///
/// A steward that ends is replaced, and asked again what it has not answered: asked twice, it does
/// a thing once.
package final class Images {
  /// Nil until a steward or the keeper has said whether there can be any.
  package private(set) var verdict: Verdict?

  package enum Verdict: Sendable, Equatable {
    case usable
    case unusable(why: String)
  }

  /// Longer than the steward takes for anything that it answers with success.
  private static let patience = Duration.seconds(90)

  /// Why no more are made, though they work.
  var whyNoNew: String?
  let settings: ImageSettings
  private let loop: Loop
  private let log: Log
  private var link: LauncherLink?
  private var lastID: UInt64 = 0
  private var requests: [UInt64: Request] = [:]
  private var onVerdict: [() -> Void] = []
  private var isEnding = false

  private final class Request {
    let frame: [UInt8]
    let name: ImageName
    let then: (Result<Folder?, Failure>) -> Void
    var deadline: Timer?

    init(
      _ frame: [UInt8], _ name: ImageName, _ then: @escaping (Result<Folder?, Failure>) -> Void
    ) {
      self.frame = frame
      self.name = name
      self.then = then
    }
  }

  /// Images of at most `usage` each in the root of workspaces `folder`, which is made where it is
  /// missing. Blocks.
  package init(
    in folder: String, _ usage: DiskUsage, loop: Loop, log: Log
  ) throws(Failure) {
    _ = try Folder(at: folder, creating: true)
    settings = ImageSettings(folder: folder, usage: usage)
    self.loop = loop
    self.log = log
  }

  package var isUsable: Bool { verdict == .usable }

  /// New sessions' workspaces are images; of old ones those are that were made so.
  var makesNew: Bool { isUsable && whyNoNew == nil }

  /// Calls `body` once there is a verdict; where there is none in time, it is that there are none.
  package func whenKnown(within patience: Duration, _ body: @escaping () -> Void) {
    guard verdict == nil else { return loop.soon(body) }
    onVerdict.append(body)
    _ = loop.schedule(after: patience) { [weak self] in
      guard let self, verdict == nil else { return }
      settle(.unusable(why: "the jail's steward did not come up within \(patience)"))
    }
  }
}

// MARK: What is asked

extension Images {
  /// The root of the image, which is mounted; made before where `making` says so.
  func open(
    _ name: ImageName, making: Bool, then: @escaping (Result<Folder, Failure>) -> Void
  ) {
    ask(making ? ORIEN_JAIL_IMAGE_MAKE : ORIEN_JAIL_IMAGE_OPEN, name) { result in
      then(
        result.flatMap { root in
          root.map { .success($0) } ?? .failure(Self.failure(of: ORIEN_JAIL_IMAGE_HOST, 0))
        })
    }
  }

  /// Nobody needs it for now. What is still open of it keeps it mounted.
  func close(_ name: ImageName) { ask(ORIEN_JAIL_IMAGE_CLOSE, name) { _ in } }

  /// Gives back to the disk what its files have left.
  func trim(_ name: ImageName) { ask(ORIEN_JAIL_IMAGE_TRIM, name) { _ in } }

  /// Mounts it for daemons of the machine's as well, its files being `user`'s there, and answers by
  /// which path; until it is taken back. It is open.
  func lend(
    _ name: ImageName, to user: UInt32, as lent: String, _ how: LendingWays = [],
    then: @escaping (Result<String, Failure>) -> Void
  ) {
    ask(ORIEN_JAIL_IMAGE_LEND, name, user: user, lent: lent, how: how) { [settings] in
      then($0.map { _ in settings.lentPath(lent) })
    }
  }

  /// Makes a place at which one may be lent later, and answers by which path daemons have it.
  func makePlace(_ lent: String, then: @escaping (Result<String, Failure>) -> Void) {
    ask(ORIEN_JAIL_IMAGE_PLACE, .none, lent: lent) { [settings] in
      then($0.map { _ in settings.lentPath(lent) })
    }
  }

  /// Removes one at which nothing was lent.
  func removePlace(_ lent: String, then: @escaping () -> Void) {
    takeBack(.none, lent: lent, then: then)
  }

  /// Unmounts it there. Who has mounted it from there keeps what they have.
  func takeBack(_ name: ImageName, lent: String, then: @escaping () -> Void) {
    ask(ORIEN_JAIL_IMAGE_TAKE_BACK, name, lent: lent) { [log] result in
      if case .failure(let failure) = result {
        log.error(
          "a workspace that was lent is not taken back",
          ["lent": lent, "error": failure.description])
      }
      then()
    }
  }

  /// Removes it; the answer comes when its room is free.
  func remove(_ name: ImageName, then: @escaping (Result<Void, Failure>) -> Void) {
    ask(ORIEN_JAIL_IMAGE_REMOVE, name) { then($0.map { _ in }) }
  }
}

// MARK: Stewards that come and go

extension Images {
  func stewardIsUp(_ pid: UInt64, _ socket: consuming Descriptor) {
    link?.close()
    do throws(SystemError) {
      link = try LauncherLink(
        pid: pid, socket: socket, loop: loop,
        onFrame: { [unowned self] in hear($0) },
        onEnd: { [unowned self] in stewardIsLost() })
    } catch {
      return log.error("the steward's socket cannot be used", ["error": "\(error)"])
    }
    for (_, request) in requests.sorted(by: { $0.key < $1.key }) { link?.send(request.frame) }
  }

  /// Its steward ends with it.
  func jailEnds() { isEnding = true }

  private func stewardIsLost() {
    link?.close()
    link = nil
    // One that has said that there can be none has nothing more to do.
    if isUsable, !isEnding { log.error("the jail's steward ended") }
  }

  /// Of the steward, or of the keeper where there is none.
  func judge(_ frame: borrowing Frame) {
    guard let images = frame.decode(orien_jail_images.self) else { return }
    settle(images.usable != 0 ? .usable : .unusable(why: String(field: images.why)))
  }

  private func settle(_ verdict: Verdict) {
    self.verdict = verdict
    if case .unusable(let why) = verdict {
      for id in requests.keys.sorted() { answer(id, .failure(Self.unusable(why))) }
    }
    let waiting = onVerdict
    onVerdict = []
    for body in waiting { body() }
  }

  private func hear(_ frame: consuming Frame) {
    switch frame.kind {
    case ORIEN_JAIL_IMAGES.rawValue: judge(frame)
    case ORIEN_JAIL_IMAGE_DONE.rawValue:
      guard let said = frame.decode(orien_jail_image_answer.self) else { return }
      let id = frame.id
      let descriptor = frame.descriptor.take()
      guard said.fault == ORIEN_JAIL_IMAGE_FINE.rawValue else {
        let fault = orien_jail_image_fault(rawValue: said.fault)
        return answer(id, .failure(Self.failure(of: fault, said.error)))
      }
      guard let name = requests[id]?.name, let descriptor else { return answer(id, .success(nil)) }
      let path = "\(settings.folder)/\(name.digits)\(ImageName.ending)"
      answer(id, .success(Folder(opened: descriptor, path: path)))
    default:
      log.error("the steward sent a frame that it has not", ["kind": "\(frame.kind)"])
    }
  }

  private func answer(_ id: UInt64, _ result: Result<Folder?, Failure>) {
    guard let request = requests.removeValue(forKey: id) else { return }
    request.deadline?.cancel()
    request.then(result)
  }

  private func ask(
    _ order: orien_jail_image_order, _ name: ImageName, user: UInt32 = 0, lent: String = "",
    how: LendingWays = [], _ then: @escaping (Result<Folder?, Failure>) -> Void
  ) {
    loop.assertCurrent()
    if case .unusable(let why) = verdict {
      return loop.soon { then(.failure(Self.unusable(why))) }
    }
    lastID += 1
    let id = lastID
    var body = orien_jail_image()
    body.order = order.rawValue
    withUnsafeMutableBytes(of: &body.name) { $0.copyBytes(from: name.digits.utf8) }
    precondition(lent.utf8.count < Int(ORIEN_JAIL_LENT_BYTES), "what is lent has a short name")
    body.user = user
    body.how = how.rawValue
    withUnsafeMutableBytes(of: &body.lent) { $0.copyBytes(from: lent.utf8) }
    let bytes = Frame.bytes(of: body)
    let frame = Frame.header(ORIEN_JAIL_IMAGE, id: id, size: bytes.count) + bytes
    let request = Request(frame, name, then)
    request.deadline = loop.schedule(after: Self.patience) { [unowned self] in
      answer(id, .failure(Self.failure(of: ORIEN_JAIL_IMAGE_BUSY, 0)))
    }
    requests[id] = request
    link?.send(frame)
  }

  private static func unusable(_ why: String) -> Failure {
    Failure(
      .unavailable, "images-unusable",
      "the workspace is an image, and images cannot be mounted now: \(why)")
  }

  private static func failure(of fault: orien_jail_image_fault, _ error: Int32) -> Failure {
    switch fault {
    case ORIEN_JAIL_IMAGE_MISSING:
      Failure(.notFound, "workspace-lost", "the workspace's image is gone; remove the session")
    case ORIEN_JAIL_IMAGE_BROKEN:
      Failure(
        .unavailable, "workspace-lost",
        "the machine stopped while the workspace was written to, and its file system cannot be "
          + "repaired: its files are lost; remove the session")
    case ORIEN_JAIL_IMAGE_BUSY:
      Failure(.unavailable, "workspace-busy", "the workspace's image is not free yet; try again")
    default:
      SystemError("mount", error).failure("the workspace's image")
    }
  }
}
