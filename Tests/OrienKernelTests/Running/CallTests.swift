import OrienModel
import OrienPlugins
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: a call and its handler's threads")
struct CallTests {
  @Test(
    "What one thread emits at once stays whole beside what others emit", arguments: [700, 200_000])
  func whole(count: Int) throws {
    let loop = try Loop()
    var call: Call!
    var output: [UInt8] = []
    let inbox = loop.inbox { (_: Call.News) in
      for chunk in call.takeEmitted(.output) {
        output += chunk
        call.arrived(chunk.count)
      }
    }
    call = Call(inbox: inbox, limits: Limits(), units: [], workspace: nil)
    let threads = (0..<4).map { [call] letter in
      Thread("emits") {
        let chunk = [UInt8](repeating: UInt8(letter), count: count)
        for _ in 0..<50 { _ = chunk.withUnsafeBytes { call!.emit(.output, $0) } }
      }
    }
    #expect(loop.drive { output.count == 4 * 50 * count })
    for thread in threads { thread.join() }
    for start in stride(from: 0, to: output.count, by: count) {
      #expect(Set(output[start..<start + count]).count == 1)
    }
  }

  @Test(
    "lets go of a thread of its handler's that asked for a program too late to be heard",
    arguments: [false, true])
  func waiting(isOverBefore: Bool) throws {
    let loop = try Loop()
    var hasAsked = false
    let inbox = loop.inbox { (_: Call.News) in hasAsked = true }
    let call = Call(inbox: inbox, limits: Limits(), units: [], workspace: nil)
    if isOverBefore { call.end() }
    let answers = Channel<Failure?>()
    let thread = Thread("late") {
      do throws(Failure) {
        _ = try call.run(Command(["true"]), captureBytes: nil)
        answers.send(nil)
      } catch {
        answers.send(error)
      }
    }
    // What it asked for is heard by nobody, as where the call has ended meanwhile.
    if !isOverBefore { #expect(loop.drive { hasAsked }) }
    inbox.close()
    call.end()
    let answer = try #require(answers.receive(within: .seconds(10)))
    #expect(answer?.code == .cancelled)
    thread.join()
  }
}
