import OrienHTTP
import OrienModel
import OrienSandbox

extension API {
  func receiveFile(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let path = try inquiry.path()
    let session = try inquiry.session()
    let declared = inquiry.request.hasBody ? inquiry.request.declaredBodyBytes : 0
    if let declared, declared > workspaces.limits.uploadBytes {
      throw FileUpload.tooLarge(workspaces.limits.uploadBytes)
    }
    open(session, creating: true, inquiry) { [self] workspace in
      workspaces.upload(to: path, in: workspace, bytes: declared.map(UInt64.init)) {
        [workspaces] result in
        switch result {
        case .failure(let failure): inquiry.exchange.fail(failure)
        case .success(let upload):
          let most = Int(clamping: workspaces.limits.uploadBytes)
          FileReceipt(upload, inquiry).begin(atMost: most)
        }
      }
    }
  }

  func sendFile(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let path = try inquiry.path()
    open(try inquiry.session(), inquiry) { [self] workspace in
      workspaces.download(path, in: workspace) { result in
        switch result {
        case .failure(let failure): inquiry.exchange.fail(failure)
        case .success(let download): FileDelivery(download, inquiry).begin()
        }
      }
    }
  }
}

/// A file on its way from a client to its workspace: one piece is written while the next waits in
/// the connection. Belongs to the loop.
private final class FileReceipt {
  private let upload: FileUpload
  private let inquiry: Inquiry
  private var waiting: [UInt8] = []
  private var isWriting = false
  private var hasEnded = false
  private var isOver = false

  init(_ upload: FileUpload, _ inquiry: Inquiry) {
    self.upload = upload
    self.inquiry = inquiry
  }

  func begin(atMost limitBytes: Int) {
    guard inquiry.request.hasBody else { return receive(.end) }
    inquiry.exchange.streamBody(atMost: limitBytes) { [self] in receive($0) }
  }

  private func receive(_ event: HTTPBodyEvent) {
    guard !isOver else { return }
    switch event {
    case .bytes(let bytes): waiting += bytes
    case .end: hasEnded = true
    case .aborted:
      isOver = true
      if !isWriting { upload.abort() }
      return
    }
    write()
  }

  private func write() {
    // What has just come may have ended it.
    guard !isOver else { return }
    guard !isWriting else {
      inquiry.exchange.pauseBody()
      return
    }
    guard !waiting.isEmpty else {
      if hasEnded { finish() }
      return
    }
    isWriting = true
    let piece = waiting
    waiting = []
    upload.write(piece) { [self] result in
      isWriting = false
      if isOver { return upload.abort() }
      switch result {
      case .failure(let failure):
        isOver = true
        inquiry.exchange.fail(failure)
      case .success:
        inquiry.exchange.resumeBody()
        write()
      }
    }
  }

  private func finish() {
    isOver = true
    upload.finish { [inquiry] result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let stored):
        inquiry.exchange.answer(stored.isNew ? .created : .ok) { writer in
          writer.object { writer in
            writer.field("name", inquiry.parameters["path"])
            writer.field("size", stored.bytes)
            writer.field("sha256", stored.sha256)
          }
        }
      }
    }
  }
}

/// A file on its way to a client, read as fast as it is taken. Belongs to the loop; alive for as
/// long as its answer is.
final class FileDelivery {
  private static let stepBytes = 256 << 10

  private let download: FileDownload
  private let inquiry: Inquiry
  private var writer: HTTPBodyWriter?
  private var left: UInt64
  private var isReading = false

  init(_ download: FileDownload, _ inquiry: Inquiry) {
    self.download = download
    self.inquiry = inquiry
    left = download.bytes
  }

  /// A small file is answered at once, with its length; a long one piece by piece.
  func begin() {
    guard left > UInt64(Self.stepBytes) else {
      return download.next(atMost: Self.stepBytes) { [inquiry] result in
        switch result {
        case .failure(let failure): inquiry.exchange.fail(failure)
        case .success(let bytes):
          inquiry.exchange.respond(
            .ok, HTTPContent(type: "application/octet-stream", bytes: bytes))
        }
      }
    }
    let writer = inquiry.exchange.stream(.ok, type: "application/octet-stream")
    self.writer = writer
    // The callbacks hold the delivery until the answer ends, and the end lets go of them.
    writer.onDrain { [self] in goOn() }
    writer.onClose { [self] in self.writer = nil }
    goOn()
  }

  private func goOn() {
    guard let writer, writer.isWritable, !isReading else { return }
    isReading = true
    download.next(atMost: Self.stepBytes) { [self] result in
      isReading = false
      guard let writer = self.writer else { return }
      guard case .success(let bytes) = result else {
        self.writer = nil
        return writer.cut()
      }
      writer.write(bytes)
      left -= UInt64(bytes.count)
      guard left > 0 else {
        self.writer = nil
        return writer.finish()
      }
      goOn()
    }
  }
}
