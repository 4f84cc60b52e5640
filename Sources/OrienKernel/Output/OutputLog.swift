import OrienLedger
import OrienModel
import OrienSystem

/// One output stream of a running execution: bounded, the beginning in memory, all of it in a file
/// as soon as it is longer than that. Belongs to the loop; the disk is written elsewhere.
///
/// What comes beyond the bound is thrown away and the stream is marked truncated; its end is then
/// at a character's boundary.
final class OutputLog {
  /// What is kept in memory, and the longest that has no file.
  static let headBytes = 64 << 10
  /// What may wait for the disk before whoever writes has to wait.
  private static let congestionBytes = 1 << 20

  /// Hears whenever there is more to read.
  unowned var execution: Execution?
  private let limitBytes: Int
  private let disk: DiskThreads
  private let loop: Loop
  private let files: OutputFiles
  private let id: ExecutionID
  private let stream: OutputStream
  private(set) var head: [UInt8] = []
  private(set) var bytes = 0
  private(set) var isTruncated = false
  /// The disk did not take it: less is kept than was granted, which is the host's fault.
  private(set) var isLost = false
  /// The beginning of a character, at the bound: kept only if its rest fits too.
  private var open: [UInt8] = []
  private var isSealed = false
  private var file: SpilledOutput?
  private var writtenBytes = 0
  /// Bytes that wait for the disk thread, which writes one piece at a time so that they stay in
  /// order.
  private var pending: [UInt8] = []
  private var isWriting = false
  private var whenWritten: [() -> Void] = []
  private var whenRelieved: [() -> Void] = []

  init(
    of id: ExecutionID, _ stream: OutputStream, limitBytes: Int, files: OutputFiles, loop: Loop,
    disk: DiskThreads
  ) {
    self.id = id
    self.stream = stream
    self.limitBytes = limitBytes
    self.files = files
    self.loop = loop
    self.disk = disk
  }

  var isCongested: Bool { pending.count > Self.congestionBytes }

  /// Calls `body` when there is room, at once where there is.
  func whenRelieved(_ body: @escaping () -> Void) {
    isCongested ? whenRelieved.append(body) : body()
  }

  /// The stream as its record tells it.
  var summary: StreamSummary { StreamSummary(bytes: UInt64(bytes), isTruncated: isTruncated) }

  /// Keeps what there is room for.
  func append(_ chunk: UnsafeRawBufferPointer) {
    guard !isTruncated, !isLost, !isSealed, !chunk.isEmpty else { return }
    guard open.isEmpty else {
      let whole = open + chunk
      open = []
      return whole.withUnsafeBytes { keep($0) }
    }
    keep(chunk)
  }

  private func keep(_ chunk: UnsafeRawBufferPointer) {
    var end = chunk.count
    let room = limitBytes - bytes
    if end > room {
      isTruncated = true
      end = UTF8Boundary.before(room, in: chunk)
    } else if room - end < 4 {
      end -= UTF8Boundary.openBytes(atEndOf: chunk)
      open = Array(chunk[end...])
    }
    store(chunk[..<end])
  }

  private func store(_ taken: Slice<UnsafeRawBufferPointer>) {
    guard !taken.isEmpty else { return }
    bytes += taken.count
    let room = Self.headBytes - head.count
    if bytes <= Self.headBytes {
      head.append(contentsOf: taken)
    } else {
      // The file begins where the stream does: the head goes into it first.
      if file == nil, writtenBytes == 0, !isWriting, pending.isEmpty { pending = head }
      head.append(contentsOf: taken.prefix(room))
      pending.append(contentsOf: taken)
      write()
    }
    execution?.tellObservers()
  }

  /// At most `count` bytes from `offset` on, as far as they are there now.
  func read(
    from offset: Int, atMost count: Int, then body: @escaping (Result<[UInt8], Failure>) -> Void
  ) {
    if offset < head.count || offset >= bytes {
      body(.success(Array(head.dropFirst(offset).prefix(count))))
    } else if offset < writtenBytes, let file {
      let count = min(count, writtenBytes - offset)
      disk.run(
        { () throws(Failure) in try file.read(from: offset, atMost: count) },
        then: loop.reply(body))
    } else {
      whenWritten.append { [unowned self] in read(from: offset, atMost: count, then: body) }
    }
  }

  /// Waits until what was appended is safe on the disk, then hands over the whole as it is to be
  /// recorded: in memory where it is short, else in its file.
  func seal(then body: @escaping (KeptStream) -> Void) {
    if let kept = sealInMemory() { return body(kept) }
    guard !isWriting, pending.isEmpty else {
      whenWritten.append { [unowned self] in seal(then: body) }
      return
    }
    guard let file else { return body(.inline(head)) }
    disk.run(
      { [files] () throws(Failure) in try file.seal(in: files) },
      then: loop.reply { [self] (result: Result<[UInt8], Failure>) in
        switch result {
        case .success(let digest): body(.file(digest: digest))
        case .failure: lose { [self] in body(.inline(head)) }
        }
      })
  }

  /// The same for what needs no disk, as most do; nil where `seal` has to wait for one.
  func sealInMemory() -> KeptStream? {
    isSealed = true
    let rest = open
    open = []
    rest.withUnsafeBytes { store($0[...]) }
    return isWriting || !pending.isEmpty || file != nil ? nil : .inline(head)
  }

  /// It is recorded, and from here on read from the ledger where it is longer than its head.
  func letGo() { file = nil }

  private func write() {
    guard !isWriting, !pending.isEmpty else { return }
    isWriting = true
    let piece = pending
    pending = []
    let (file, files, id, stream) = (file, files, id, stream)
    disk.run(
      { () throws(Failure) -> SpilledOutput in
        let file = if let file { file } else { SpilledOutput(try files.create(id, stream)) }
        try file.write(piece)
        return file
      },
      then: loop.reply { [self] (result: Result<SpilledOutput, Failure>) in
        switch result {
        case .success(let file):
          self.file = file
          writtenBytes += piece.count
          goOn()
        case .failure: lose { [self] in goOn() }
        }
      })
  }

  /// Writes what has come meanwhile, or tells that all is written.
  private func goOn() {
    isWriting = false
    write()
    guard !isWriting else { return }
    let waiting = whenWritten
    whenWritten = []
    for body in waiting { body() }
    let relieved = whenRelieved
    whenRelieved = []
    for body in relieved { body() }
  }

  /// The disk takes no more: what is in memory stays, and what is in the file goes before `body` is
  /// called, for it would take room that nobody counts.
  private func lose(then body: @escaping () -> Void) {
    isLost = true
    let lost = file
    file = nil
    writtenBytes = 0
    open = []
    pending = []
    head.removeLast(UTF8Boundary.openBytes(atEndOf: head))
    bytes = head.count
    disk.run(
      { [files, id, stream] () throws(Failure) in
        lost?.empty()
        files.remove(id, stream)
      },
      then: loop.reply { (_: Result<Void, Failure>) in body() })
  }
}
