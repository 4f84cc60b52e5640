import OrienModel
import Synchronization
import Testing

@testable import OrienSystem

@Suite("Threads and channels")
struct ThreadsTests {
  @Test("Every element that is sent is received once, by whomever")
  func everyElementOnce() {
    let channel = Channel<Int>()
    let received = Mutex<[Int]>([])
    let receivers = (0..<3).map { index in
      Thread("receiver-\(index)") {
        while let value = channel.receive() { received.withLock { $0.append(value) } }
      }
    }
    let senders = (0..<4).map { sender in
      Thread("sender-\(sender)") {
        for index in 0..<2500 { channel.send(sender * 2500 + index) }
      }
    }
    for thread in senders { thread.join() }
    channel.close()
    for thread in receivers { thread.join() }
    received.withLock { #expect($0.sorted() == Array(0..<10_000)) }
  }

  @Test("A closed channel refuses, and gives out what it has")
  func closed() {
    let channel = Channel<Int>()
    channel.send(1)
    channel.send(2)
    #expect(channel.receive() == 1)
    channel.close()
    #expect(channel.send(3) == false)
    #expect(channel.drain() == [2])
    #expect(channel.receive() == nil)
    #expect(channel.drain().isEmpty)
  }

  @Test("Waiting with a bound ends with nothing when nothing comes")
  func bounded() {
    let channel = Channel<Int>()
    let start = Instant.now
    #expect(channel.receive(within: .milliseconds(20)) == nil)
    #expect(Instant.now.since(start) >= .milliseconds(19))
  }

  @Test("A wakeup that gets lost is made up for, however long who waits would wait")
  func lostWakeup() {
    let channel = Channel<Int>()
    let received = Channel<Int?>()
    let receiver = Thread("receiver") { received.send(channel.receive(within: .seconds(60))) }
    while !channel.isAwaited { Thread.yield() }
    channel.gate.lock()
    channel.sent.append(1)
    channel.gate.unlock()
    #expect(received.receive(within: .seconds(20)) == 1)
    channel.close()
    receiver.join()
  }

  @Test("What the loop sends in one turn reaches who waits at once")
  func oneTurn() throws {
    let loop = try Loop()
    let channel = Channel<Int>()
    let received = Channel<[Int]>()
    let receiver = Thread("receiver") { received.send(channel.drain()) }
    while !channel.isAwaited { Thread.yield() }
    loop.post {
      for number in 0..<1000 { channel.send(number) }
      loop.stop()
    }
    loop.run()
    #expect(received.receive() == Array(0..<1000))
    receiver.join()
  }

  @Test("Who sends beside a long turn of the loop wakes at once whom its end would wake")
  func longTurn() throws {
    let loop = try Loop()
    let channel = Channel<Int>()
    let received = Mutex<[Int]>([])
    let receiver = Thread("receiver") {
      while let number = channel.receive() { received.withLock { $0.append(number) } }
    }
    let heard = Mutex(0)
    while !channel.isAwaited { Thread.yield() }
    loop.post {
      channel.send(1)
      Thread("sender") { channel.send(2) }.join()
      // The turn goes on until both have come, or they come too late.
      let end = Instant.now + .seconds(20)
      while received.withLock({ $0.count }) < 2, Instant.now < end { Thread.yield() }
      heard.withLock { $0 = received.withLock { $0.count } }
      loop.stop()
    }
    loop.run()
    channel.close()
    receiver.join()
    heard.withLock { #expect($0 == 2) }
  }

  @Test("A loop that waits for another thread in its turn has told it what it sent")
  func waitingLoop() throws {
    let loop = try Loop()
    let (questions, answers) = (Channel<Int>(), Channel<Int>())
    let other = Thread("other") {
      while let question = questions.receive() { answers.send(question + 1) }
    }
    let heard = Mutex<[Int?]>([])
    loop.post {
      for number in [1, 10, 100] {
        questions.send(number)
        let answer = answers.receive(within: .seconds(20))
        heard.withLock { $0.append(answer) }
      }
      loop.stop()
    }
    loop.run()
    questions.close()
    other.join()
    heard.withLock { #expect($0 == [2, 11, 101]) }
  }

  @Test("What is worked out ahead is had by all who ask, one after the other, failures too")
  func ahead() throws {
    let order = Channel<Int>()
    let refusal = Failure(.invalid, "refused", "no")
    var ahead: Ahead? = Ahead("ahead")
    let first = ahead!.begin { () throws(Failure) -> Int in
      order.send(1)
      return 7
    }
    let second = ahead!.begin { () throws(Failure) -> Int in
      order.send(2)
      return try first.value() + 1
    }
    let third = ahead!.begin { () throws(Failure) -> Int in throw refusal }
    // What has begun is ended.
    ahead = nil
    #expect(try second.value() == 8)
    for _ in 0..<2 {
      #expect(try first.value() == 7)
      #expect(throws: Failure.self) { try third.value() }
    }
    #expect(order.drain() == [1, 2])
  }

  @Test("Disk threads answer on the loop, failures too")
  func diskThreads() throws {
    let loop = try Loop()
    let disk = DiskThreads(count: 2)
    var answers: [Result<Int, Failure>] = []
    let failure = Failure(.full, "disk-full", "no room")
    for index in 0..<10 {
      disk.run(
        { () throws(Failure) -> Int in
          if index == 7 { throw failure }
          return index
        },
        then: loop.reply { (answer: Result<Int, Failure>) in
          answers.append(answer)
          if answers.count == 10 { loop.stop() }
        })
    }
    loop.run()
    disk.close()
    #expect(answers.compactMap { try? $0.get() }.sorted() == [0, 1, 2, 3, 4, 5, 6, 8, 9])
    #expect(answers.contains(.failure(failure)))
  }
}

extension Channel {
  /// Whether another thread waits is seen by looking alone.
  fileprivate var isAwaited: Bool {
    gate.lock()
    defer { gate.unlock() }
    return gate.waiters > 0
  }
}
