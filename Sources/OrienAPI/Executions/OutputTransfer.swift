import OrienHTTP
import OrienKernel
import OrienModel

extension API {
  func sendOutput(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("stream", "offset", "follow")
    let id = try inquiry.execution()
    let offset = try inquiry.number("offset", 0...Int.max) ?? 0
    let follows = try inquiry.flag("follow")
    let stream: OutputStream =
      switch try inquiry.single("stream") {
      case nil, "stdout": .output
      case "stderr": .errors
      default:
        throw Failure(
          .invalid, "invalid-query", "stream: expected stdout or stderr",
          faults: [.init("/stream", "is neither stdout nor stderr")])
      }
    kernel.report(id, for: inquiry.caller) { [self] result in
      do throws(Failure) {
        let report = try result.get()
        let open = follows ? try openStream() : nil
        OutputTransfer(report, stream, from: offset, kernel, inquiry, open).begin()
      } catch {
        inquiry.exchange.fail(error)
      }
    }
  }
}

/// The bytes of one stream on their way to a client, read by offset as fast as it takes them.
/// Belongs to the loop; alive for as long as its answer is.
private final class OutputTransfer {
  private static let stepBytes = 64 << 10

  private let id: ExecutionID
  private let stream: OutputStream
  private let follows: Bool
  private var open: OpenStream?
  private let kernel: Kernel
  private let inquiry: Inquiry
  private var report: ExecutionReport
  private var offset: Int
  private var writer: HTTPBodyWriter?
  private var observation: ExecutionObservation?
  private var isReading = false
  /// Something came while it was reading.
  private var mustGoOn = false

  /// It follows where it has the place of an open stream.
  init(
    _ report: ExecutionReport, _ stream: OutputStream, from offset: Int, _ kernel: Kernel,
    _ inquiry: Inquiry, _ open: OpenStream?
  ) {
    follows = open != nil
    self.open = open
    id = report.id
    self.report = report
    self.stream = stream
    self.kernel = kernel
    self.inquiry = inquiry
    self.offset = offset
  }

  /// Reads once before it answers, so that what cannot be read is an error and no half answer.
  func begin() {
    read { [self] result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let bytes):
        let writer = inquiry.exchange.stream(.ok, type: "application/octet-stream")
        self.writer = writer
        if follows {
          observation = kernel.observe(id, for: inquiry.caller) { [weak self] in self?.goOn() }
        }
        // The callbacks hold the transfer until the answer ends, and the end lets go of them.
        writer.onDrain { [self] in goOn() }
        writer.onClose { [self] in end() }
        // Who waits for more of a silent program would not find out by writing that nobody listens.
        if follows { writer.onDisconnect { [self] in cut() } }
        // It may have come to its end between the reading and the observing.
        mustGoOn = follows
        write(bytes)
      }
    }
  }

  private func goOn() {
    guard let writer, writer.isWritable else { return }
    guard !isReading else { return mustGoOn = true }
    isReading = true
    mustGoOn = false
    kernel.report(id, for: inquiry.caller) { [self] result in
      guard case .success(let fresh) = result else { return cut() }
      report = fresh
      read { [self] result in
        isReading = false
        guard case .success(let bytes) = result else { return cut() }
        write(bytes)
      }
    }
  }

  private func read(then body: @escaping (Result<[UInt8], Failure>) -> Void) {
    kernel.readOutput(
      of: report, stream, from: offset, atMost: Self.stepBytes, then: body)
  }

  private func write(_ bytes: [UInt8]) {
    guard let writer else { return }
    if !bytes.isEmpty {
      offset += bytes.count
      writer.write(bytes)
      goOn()
    } else if !follows || report.status.isFinal {
      writer.finish()
      end()
    } else if mustGoOn {
      goOn()
    }
  }

  /// What was sent is a part, and the client is to see that.
  private func cut() {
    writer?.cut()
    end()
  }

  private func end() {
    observation = nil
    writer = nil
    open = nil
  }
}
