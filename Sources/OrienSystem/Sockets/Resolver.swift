/// Asks the system for the addresses of names, on threads of its own: whoever answers for a name
/// may take as long as he likes, and the loop waits for nobody.
///
/// A name whose answer does not come costs who asked the deadline, and one of the few threads
/// until the system gives it up; others are made meanwhile, as far as the bound goes. Belongs to
/// the loop's thread.
package final class Resolver {
  package struct Limits: Sendable {
    /// Threads, made when they are needed first.
    package var threads = 8
    /// Names that wait for a thread.
    package var waiting = 256
    /// From the asking on, waiting included.
    package var deadline: Duration = .seconds(10)

    package init() {}
  }

  package enum Unresolved: Error, Equatable {
    /// The name has no address, or nobody who was asked knows it.
    case unknown
    /// Nothing came within the deadline.
    case late
    /// Too many names wait already, or the node is ending.
    case busy
  }

  /// The ports are 0.
  package typealias Answer = Result<[NetworkAddress], Unresolved>

  private final class Question {
    let body: (Answer) -> Void
    var timer: Timer?

    init(_ body: @escaping (Answer) -> Void) { self.body = body }
  }

  private struct Job: Sendable {
    var name: String
    /// Nobody waits for it any more from then on.
    var due: Instant
    var reply: Reply<Answer>
  }

  private let loop: Loop
  private let limits: Limits
  private let lookUp: @Sendable (String) -> Answer
  private let jobs = Channel<Job>()
  private var questions: [UInt64: Question] = [:]
  private var asked: UInt64 = 0
  private var threads = 0
  private var isClosed = false
  /// Jobs that no thread has come back from, whoever still waits for them.
  private var unfinished = 0

  /// `lookUp` may block; it is called on threads that are the resolver's.
  package init(
    loop: Loop, limits: Limits = Limits(),
    lookUp: @escaping @Sendable (String) -> Answer = { NetworkAddress.lookUp($0) }
  ) {
    self.loop = loop
    self.limits = limits
    self.lookUp = lookUp
  }

  deinit { close() }

  /// Finds the addresses of `name`; `body` is called once, on the loop and never inside this call,
  /// unless the resolver is let go of.
  package func resolve(_ name: String, _ body: @escaping (Answer) -> Void) {
    loop.assertCurrent()
    guard !isClosed, unfinished < limits.threads + limits.waiting, hasThread() else {
      return loop.soon { body(.failure(.busy)) }
    }
    asked += 1
    let number = asked
    let question = Question(body)
    questions[number] = question
    let due = Instant.now + limits.deadline
    question.timer = loop.schedule(at: due) { [unowned self] in
      conclude(number, .failure(.late))
    }
    let reply = loop.reply { [weak self] (answer: Answer) in
      guard let self else { return }
      unfinished -= 1
      conclude(number, answer)
    }
    unfinished += 1
    jobs.send(Job(name: name, due: due, reply: reply))
  }

  /// Starts another thread where all that there are have something to do and there may be more;
  /// false where there is none at all.
  private func hasThread() -> Bool {
    guard unfinished >= threads, threads < limits.threads else { return threads > 0 }
    do throws(SystemError) {
      let thread = try Thread(orFailing: "resolver-\(threads)", stackBytes: 512 << 10) {
        [jobs, lookUp] in
        while let job = jobs.receive() {
          job.reply(Instant.now < job.due ? lookUp(job.name) : .failure(.late))
        }
      }
      thread.detach()
      threads += 1
    } catch {
      // Those that there are will come to it; without any, the caller hears so.
    }
    return threads > 0
  }

  private func conclude(_ number: UInt64, _ answer: Answer) {
    guard let question = questions.removeValue(forKey: number) else { return }
    question.timer?.cancel()
    question.body(answer)
  }

  /// Ends the threads, each when its name is answered. Who still waits hears nothing more.
  package func close() {
    isClosed = true
    jobs.close()
    for question in questions.values { question.timer?.cancel() }
    questions.removeAll()
  }
}
