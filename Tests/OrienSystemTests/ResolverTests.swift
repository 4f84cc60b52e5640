import Glibc
import Synchronization
import Testing

@testable import OrienSystem

@Suite("Resolver")
struct ResolverTests {
  private let local = NetworkAddress(host: [127, 0, 0, 1], port: 0)

  /// Runs the loop until `count` names are answered, and gives back what was said, in its order.
  private func answers(
    _ loop: Loop, _ resolver: Resolver, _ names: [String], count: Int? = nil
  ) -> [(String, Resolver.Answer)] {
    var answers: [(String, Resolver.Answer)] = []
    for name in names {
      resolver.resolve(name) { answer in
        loop.assertCurrent()
        answers.append((name, answer))
        if answers.count == count ?? names.count { loop.stop() }
      }
    }
    #expect(answers.isEmpty, "nobody is answered inside his call")
    loop.run()
    return answers
  }

  @Test("The system is asked, on a thread that is not the loop's")
  func system() throws {
    let loop = try Loop()
    let resolver = Resolver(loop: loop)
    let answers = answers(loop, resolver, ["localhost", "no name at all"])
    for (name, answer) in answers {
      if name == "localhost" {
        let addresses = try answer.get()
        #expect(!addresses.isEmpty && addresses.allSatisfy { $0.isLoopback && $0.port == 0 })
      } else {
        #expect(answer == .failure(.unknown))
      }
    }
    #expect(answers.count == 2)
    resolver.close()
  }

  @Test("A name that nobody answers for costs its deadline, and others none of theirs")
  func hangs() throws {
    let loop = try Loop()
    let gate = Channel<Void>()
    var limits = Resolver.Limits()
    limits.deadline = .seconds(3)
    limits.threads = 2
    let resolver = Resolver(loop: loop, limits: limits) { [local] name in
      if name == "slow" { _ = gate.receive() }
      return .success([local])
    }
    let first = answers(loop, resolver, ["slow", "quick", "swift"])
    #expect(first.map(\.0) == ["quick", "swift", "slow"])
    #expect(first.last?.1 == .failure(.late))
    // The thread is still held, and the other serves.
    #expect(answers(loop, resolver, ["quick"]).map(\.1) == [.success([local])])
    gate.close()
    resolver.close()
  }

  @Test("Names wait for a thread within a bound, and what waited too long is not asked for")
  func bounded() throws {
    let loop = try Loop()
    let gate = Channel<Void>()
    let asked = Channel<String>()
    var limits = Resolver.Limits()
    limits.deadline = .seconds(3)
    limits.threads = 1
    limits.waiting = 2
    let resolver = Resolver(loop: loop, limits: limits) { [local] name in
      asked.send(name)
      if name == "a" { _ = gate.receive() }
      return .success([local])
    }
    let first = answers(loop, resolver, ["a", "b", "c", "d"])
    #expect(first.map(\.0) == ["d", "a", "b", "c"])
    #expect(
      first.map(\.1) == [
        .failure(.busy), .failure(.late), .failure(.late), .failure(.late),
      ])
    gate.close()
    // Their places are free when the thread has come to them.
    var last: Resolver.Answer = .failure(.busy)
    let end = Instant.now + .seconds(20)
    while last == .failure(.busy), Instant.now < end {
      last = answers(loop, resolver, ["e"])[0].1
    }
    #expect(last == .success([local]))
    #expect(asked.drain() == ["a", "e"])
    resolver.close()
  }

  @Test("Who asks after the end is told so, and who asked before hears nothing more")
  func closes() throws {
    let loop = try Loop()
    let gate = Channel<Void>()
    let resolver = Resolver(loop: loop) { [local] _ in
      _ = gate.receive()
      return .success([local])
    }
    resolver.resolve("before") { _ in Issue.record("it is over") }
    resolver.close()
    gate.close()
    #expect(answers(loop, resolver, ["after"]).map(\.1) == [.failure(.busy)])
  }
}
