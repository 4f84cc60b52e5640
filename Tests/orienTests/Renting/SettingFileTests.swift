import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("A file of settings that is changed")
struct SettingFileTests {
  @Test(
    "A setting is changed where it stands, and nothing else is",
    arguments: [
      ("# mine\nPORT=1\n\n# more\nHOST=::1\n", "# mine\nPORT=2\n\n# more\nHOST=::1\n"),
      ("  export PORT=1\n", "export PORT=2\n"),
      ("GOLEM_PROVIDER_PORT=1\n", "GOLEM_PROVIDER_PORT=2\n"),
      // The prefixed one counts: two would leave it unclear.
      ("PORT=1\nGOLEM_PROVIDER_PORT=3\n", "PORT=2\n"),
      ("# The port\n#PORT=4000\n\nHOST=::1\n", "# The port\n#PORT=4000\nPORT=2\n\nHOST=::1\n"),
      ("HOST=::1", "HOST=::1\nPORT=2\n"), ("", "PORT=2\n"),
    ])
  func set(_ before: String, _ after: String) {
    var file = SettingFile(text: before)
    file.set("PORT", to: "2")
    #expect(file.text == after)
  }

  @Test("What is written is read again, and what is wrong leaves the file as it was")
  func prices() throws {
    let scratch = Scratch()
    let path = scratch.write(
      "orien.conf", "# mine\nPORT=1\nPRICE_USD_PER_CORE_MONTH=5\n", mode: 0o640)
    let capture = Capture()
    #expect(
      capture.run("pricing", "set", "--core-usd", "12.5", "--ram-usd", "4", "--config", path)
        == .success)
    let text = "# mine\nPORT=1\nPRICE_USD_PER_CORE_MONTH=12.5\nPRICE_USD_PER_GB_RAM_MONTH=4.0\n"
    #expect(try HostFile(at: path).text(atMostBytes: 1000) == text)
    #expect(try HostFile(at: path).status.mode & 0o777 == 0o640)
    for words in [
      ["--core-usd", "1", "--storage-usd", "-1"], ["--core-usd", "1", "--usd-per-core", "1"],
      ["--core-usd", "1", "--dev"], [],
    ] {
      #expect(capture.run(all: ["pricing", "set", "--config", path] + words).code == 64)
      #expect(try HostFile(at: path).text(atMostBytes: 1000) == text)
    }
    #expect(capture.run("pricing", "show", "--json", "--config", path) == .success)
    #expect(capture.output.lines.contains { $0.hasPrefix(#"{"usd_per_core_month":12.5"#) })
  }
}
