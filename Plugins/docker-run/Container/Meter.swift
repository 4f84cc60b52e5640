internal import OrienHTTPClient
internal import OrienKit

/// Asks the engine again and again what a container has used, and waits for no answer: it comes while
/// the program is heard. What an engine does not tell, or fails to tell, is asked again.
struct Meter {
  /// What has ended tells no more what it used: it is asked often at first, and then less.
  private static let intervalMilliseconds = (first: UInt64(20), last: UInt64(200))
  /// How often it is looked whether there is an answer: of an engine that is slow, less often.
  private static let lookMilliseconds = (first: 10, last: 50)
  /// What is not answered by then is asked anew.
  private static let patienceMilliseconds = 3000

  private let container: String
  /// Whoever asks something else by it meanwhile gives up what is open here.
  private let connection: EngineConnection
  private var consumption = Consumption()
  private var interval = intervalMilliseconds.first
  private var askAt: UInt64 = 0
  private var isAsking = false
  private var askedAt: UInt64 = 0

  init(_ container: String, by connection: EngineConnection) {
    self.container = container
    self.connection = connection
  }

  /// As far as the engine has told.
  var usage: Usage { consumption.usage }
  var cpuMilliseconds: UInt64 { consumption.cpuMilliseconds }

  /// When it has to go on at the latest.
  var pauseMilliseconds: Int {
    let now = Pause.now
    guard isAsking else { return Int(clamping: askAt - min(askAt, now)) }
    let (first, last) = Self.lookMilliseconds
    return now < askedAt + UInt64(last) ? first : last
  }

  /// The program begins now.
  mutating func begin() { askAt = Pause.now + interval }

  /// Takes what the engine has told by now, or tells within so long, and asks when it is time.
  mutating func goOn(within milliseconds: Int = 0) {
    guard isAsking || Pause.now >= askAt else { return }
    do throws(Failure) {
      if !isAsking {
        try connection.beginConsumption(container, within: Self.patienceMilliseconds)
        isAsking = true
        askedAt = Pause.now
      }
      guard let answer = try connection.answer(within: milliseconds) else { return }
      if answer.isSuccess { consumption.take(answer.body) }
    } catch {
      // Who waits for the container's end hears of an engine that is away.
    }
    isAsking = false
    interval = min(interval * 2, Self.intervalMilliseconds.last)
    askAt = Pause.now + interval
  }

  /// Takes what the engine has told by now, of what has ended.
  mutating func hearLast() {
    if isAsking { goOn() }
  }

  /// Asks once more, of what is about to be ended.
  mutating func conclude(within milliseconds: Int) {
    let end = Pause.now + UInt64(milliseconds)
    // What was asked before may be answered with what was true then, or never.
    if isAsking { goOn(within: milliseconds / 2) }
    isAsking = false
    askAt = 0
    goOn(within: Int(end - min(end, Pause.now)))
  }
}
