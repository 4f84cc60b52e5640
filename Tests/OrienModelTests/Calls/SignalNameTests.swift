import OrienModel
import Testing

@Suite("Names of signals")
struct SignalNameTests {
  @Test("A number and its name stand for each other", arguments: Int32(1)...64)
  func roundTrip(number: Int32) {
    #expect(SignalName.number(SignalName.of(number)) == number)
  }

  @Test(
    "Linux's names are used",
    arguments: [(6, "SIGABRT"), (9, "SIGKILL"), (11, "SIGSEGV"), (15, "SIGTERM"), (31, "SIGSYS")])
  func names(number: Int32, name: String) {
    #expect(SignalName.of(number) == name)
  }

  @Test("Another word names no signal", arguments: ["", "SEGV", "SIG", "SIGX", "sigsegv"])
  func others(word: String) {
    #expect(SignalName.number(word) == nil)
  }
}
