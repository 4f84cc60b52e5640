import OrienHTTPClient
import OrienModel
import OrienSystem

/// Goes to servers outside on a thread of its own, one errand after the other, and answers on the
/// loop: however long they take, nobody here waits. Belongs to the loop.
final class Courier {
  /// What is done there: with a client whose connections are kept, and a descriptor that polls
  /// readable once nobody wants the answer any more.
  typealias Errand<Value> = @Sendable (HTTPClient, Int32) throws(Failure) -> Value

  private struct Job: Sendable {
    let run: @Sendable (Result<HTTPClient, Failure>) -> Void
  }

  private final class Stop: Sendable {
    let bell: Bell
    init() throws(SystemError) { bell = try Bell() }
  }

  private let name: String
  private let loop: Loop
  private let jobs = Channel<Job>()
  private var stop: Stop?
  private var isClosed = false

  /// `name` has at most 15 bytes. There is no thread before the first errand.
  init(_ name: String, on loop: Loop) {
    self.name = name
    self.loop = loop
  }

  deinit { close() }

  /// Answers once, never before this returns.
  func send<Value: Sendable>(
    _ errand: @escaping Errand<Value>, then answer: @escaping (Result<Value, Failure>) -> Void
  ) {
    do throws(Failure) {
      let stop = try begun()
      let reply = loop.reply(answer)
      jobs.send(
        Job { client in
          reply(
            client.flatMap { client in
              Result { () throws(Failure) in try errand(client, stop.bell.raw) }
            })
        })
    } catch {
      loop.soon { answer(.failure(error)) }
    }
  }

  private func begun() throws(Failure) -> Stop {
    guard !isClosed else { throw Failure(.unavailable, "draining", "the node is going down") }
    if let stop { return stop }
    do throws(SystemError) {
      let stop = try Stop()
      try Thread(orFailing: name, stackBytes: 512 << 10) { [jobs] in
        let client = Result { () throws(Failure) in try HTTPClient() }
        while let job = jobs.receive() { job.run(client) }
      }.detach()
      self.stop = stop
      return stop
    } catch {
      throw error.failure("asking servers outside")
    }
  }

  /// Ends what is under way, which fails, and sends nothing more.
  func close() {
    isClosed = true
    stop?.bell.ring()
    jobs.close()
  }
}
