import OrienModel
import OrienPlugins
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: a call that is over")
struct CallTests {
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
