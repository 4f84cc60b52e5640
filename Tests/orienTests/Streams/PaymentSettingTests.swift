import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("Settings of payments that commands write")
struct PaymentSettingTests {
  private let scratch = Scratch()

  private func run(_ words: [String], as name: String = "orien") -> (code: Int32, Capture) {
    let capture = Capture()
    let code = capture.run(
      all: words + ["--config", scratch.path + "/orien.conf"], as: name
    ).code
    return (code, capture)
  }

  private func file() throws -> String {
    try String(
      decoding: Folder(at: scratch.path).contents(of: "orien.conf", atMost: 4096) ?? [],
      as: UTF8.self)
  }

  @Test("All that is said stands in the file, under both names of the program")
  func writes() throws {
    _ = scratch.write("orien.conf", "# mine\nSTREAM_MONITOR_INTERVAL_SECONDS=5\n")
    #expect(
      run(["config", "monitor", "--enable", "--interval", "60", "--min-remaining", "3600"]).code
        == 0)
    let wei = UInt256.max.description
    let golem = run(
      ["config", "withdraw", "--disable", "--interval", "9", "--min-wei", wei], as: "golem-provider"
    )
    #expect(golem.code == 0)
    #expect(golem.1.output.contains("STREAM_MIN_WITHDRAW_WEI=\(wei)\n"))
    #expect(
      try file() == """
        # mine
        STREAM_MONITOR_INTERVAL_SECONDS=60
        STREAM_MONITOR_ENABLED=1
        STREAM_MIN_REMAINING_SECONDS=3600
        STREAM_WITHDRAW_ENABLED=0
        STREAM_WITHDRAW_INTERVAL_SECONDS=9
        STREAM_MIN_WITHDRAW_WEI=\(wei)

        """)
    let json = run(["config", "monitor", "--no-enable", "--json"]).1.output
    #expect(json.contains(#""set":{"STREAM_MONITOR_ENABLED":"0"}"#))
  }

  @Test(
    "What is wrong is told, and nothing is written",
    arguments: [
      ["monitor"], ["monitor", "--interval", "0"], ["monitor", "--interval", "-1"],
      ["monitor", "--interval", "soon"], ["monitor", "--interval", "30", "--min-remaining", "-1"],
      ["monitor", "--enable", "--disable"], ["monitor", "--enable", "--dev"],
      ["withdraw", "--min-wei", "-1"], ["withdraw", "--min-wei", "1.5"],
      ["withdraw", "--min-wei", "1" + UInt256.max.description], ["withdraw", "--interval", ""],
      ["withdraw", "--enable", "--no-enable"],
    ])
  func refuses(_ words: [String]) throws {
    _ = scratch.write("orien.conf", "# mine\n")
    #expect(run(["config"] + words).code == 64)
    #expect(try file() == "# mine\n")
  }
}
