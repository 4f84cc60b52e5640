import OrienModel
import OrienSystem
import Synchronization
import Testing

@Suite("Loop")
struct LoopTests {
  @Test("What is posted from other threads runs on the loop, in each thread's order")
  func postsKeepOrder() throws {
    let loop = try Loop()
    let seen = Mutex<[Int: [Int]]>([:])
    let threads = (0..<4).map { thread in
      Thread("poster-\(thread)") {
        for index in 0..<1000 {
          loop.post {
            loop.assertCurrent()
            let total = seen.withLock { seen in
              seen[thread, default: []].append(index)
              return seen.values.reduce(0) { $0 + $1.count }
            }
            if total == 4000 { loop.stop() }
          }
        }
      }
    }
    loop.run()
    for thread in threads { thread.join() }
    seen.withLock { #expect($0.values.allSatisfy { $0 == Array(0..<1000) }) }
  }

  @Test("Timers fire in the order of their moments, equal ones as they were made")
  func timersInOrder() throws {
    let loop = try Loop()
    var fired: [String] = []
    let start = Instant.now
    for (name, delay) in [("c", 3), ("a", 1), ("b1", 2), ("b2", 2)] {
      _ = loop.schedule(at: start + .milliseconds(delay)) { fired.append(name) }
    }
    _ = loop.schedule(at: start + .milliseconds(5)) { loop.stop() }
    loop.run()
    #expect(fired == ["a", "b1", "b2", "c"])
  }

  @Test("A cancelled timer does not fire, however many are cancelled")
  func cancelledTimers() throws {
    let loop = try Loop()
    var fired = 0
    let start = Instant.now
    let timers = (0..<1000).map { index in
      loop.schedule(at: start + .microseconds(index)) { fired += 1 }
    }
    for (index, timer) in timers.enumerated() where index % 2 == 0 { timer.cancel() }
    _ = loop.schedule(at: start + .milliseconds(2)) { loop.stop() }
    loop.run()
    #expect(fired == 500)
  }

  @Test("A watch tells what is ready, until it is cancelled")
  func watches() throws {
    let loop = try Loop()
    let ends = try Pipe().release()
    let reader = Descriptor(owning: ends.reader)
    let writer = Descriptor(owning: ends.writer)
    var received: [UInt8] = []
    var watch: Watch?
    let raw = reader.raw
    watch = try loop.watch(raw, .read) { readiness in
      #expect(readiness.contains(.read))
      withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
        let count = try? Descriptor.read(raw, into: buffer)
        received += buffer.prefix(count ?? 0)
      }
      if received.count == 5 {
        watch?.cancel()
        loop.stop()
      }
    }
    try writer.writeAll(Array("hello".utf8))
    loop.run()
    #expect(received == Array("hello".utf8))
    _ = consume reader
  }

  @Test("A reply runs its body once, on the loop, for the first of its calls")
  func repliesOnce() throws {
    let loop = try Loop()
    var values: [Int] = []
    let reply = loop.reply { (value: Int) in values.append(value) }
    let thread = Thread("replier") {
      reply(1)
      reply(2)
      loop.stop()
    }
    loop.run()
    thread.join()
    #expect(values == [1])
  }

  @Test("What is to run soon runs after the present event and before the next")
  func soon() throws {
    let loop = try Loop()
    var order: [Int] = []
    let first = loop.reply { (_: Void) in
      loop.soon { order.append(2) }
      order.append(1)
    }
    let second = loop.reply { (_: Void) in
      order.append(3)
      loop.stop()
    }
    first(())
    second(())
    loop.run()
    #expect(order == [1, 2, 3])
  }

  @Test("An inbox delivers all that is sent, in each sender's order, until it is closed")
  func inbox() throws {
    let loop = try Loop()
    var received: [Int] = []
    var inbox: Inbox<Int>?
    inbox = loop.inbox { value in
      received.append(value)
      guard value == 999 else { return }
      inbox?.close()
      inbox?.send(1000)
      loop.stop()
    }
    let way = inbox!
    let thread = Thread("sender") { for index in 0..<1000 { way.send(index) } }
    loop.run()
    thread.join()
    #expect(received == Array(0..<1000))
  }
}
