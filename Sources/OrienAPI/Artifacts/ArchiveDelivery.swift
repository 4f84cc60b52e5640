import OrienHTTP
import OrienModel
import OrienSandbox
import OrienSystem

/// The files of an execution on their way to a client as one archive, one after the other as fast as
/// it takes them. One that is not as it was left ends the connection: no part passes for the whole.
/// Belongs to the loop; alive for as long as its answer is.
final class ArchiveDelivery {
  private static let stepBytes = 256 << 10

  private var files: ArraySlice<Artifacts.File>
  private let workspace: Workspace
  private let workspaces: Workspaces
  private let inquiry: Inquiry
  private var writer: HTTPBodyWriter?
  private var current: (download: FileDownload, bytes: UInt64, left: UInt64)?
  private var isReading = false

  init(
    _ files: [Artifacts.File], of workspace: Workspace, _ workspaces: Workspaces,
    _ inquiry: Inquiry
  ) {
    self.files = files[...]
    self.workspace = workspace
    self.workspaces = workspaces
    self.inquiry = inquiry
  }

  func begin() {
    let writer = inquiry.exchange.stream(.ok, type: "application/x-tar")
    self.writer = writer
    // The callbacks hold the delivery until the answer ends, and the end lets go of them.
    writer.onDrain { [self] in goOn() }
    writer.onClose { [self] in end() }
    goOn()
  }

  private func goOn() {
    guard let writer, writer.isWritable, !isReading else { return }
    if let current { return read(current) }
    guard let file = files.popFirst() else {
      writer.write(TarHeader.end)
      writer.finish()
      return end()
    }
    isReading = true
    workspaces.download(file, in: workspace) { [self] result in
      isReading = false
      guard let writer = self.writer else { return }
      guard case .success(let download) = result else { return cut() }
      writer.write(TarHeader.bytes(of: file.path, file.bytes))
      if file.bytes > 0 { current = (download, file.bytes, file.bytes) }
      goOn()
    }
  }

  private func read(_ file: (download: FileDownload, bytes: UInt64, left: UInt64)) {
    isReading = true
    file.download.next(atMost: Self.stepBytes) { [self] result in
      isReading = false
      guard let writer else { return }
      guard case .success(let bytes) = result, !bytes.isEmpty else { return cut() }
      writer.write(bytes)
      let left = file.left - UInt64(bytes.count)
      current = left == 0 ? nil : (file.download, file.bytes, left)
      if left == 0 { writer.write(TarHeader.padding(after: file.bytes)) }
      goOn()
    }
  }

  private func cut() {
    writer?.cut()
    end()
  }

  private func end() {
    writer = nil
    current = nil
    files = []
  }
}
