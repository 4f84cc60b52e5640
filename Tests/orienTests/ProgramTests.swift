import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("The command line")
struct ProgramTests {
  let capture = Capture()

  @Test("Every command says how it is used, with an example", arguments: Command.all.map(\.name))
  func commandHelp(_ name: String) throws {
    let words = name.split(separator: " ").map(String.init) + ["--help"]
    #expect(Main.run(words, capture.console, .init()) == .success)
    #expect(capture.output.contains("orien \(name)"))
    let command = try #require(Command.all.first { $0.name == name })
    for option in command.options { #expect(capture.output.contains("--" + option.name)) }
    #expect(!command.examples.isEmpty)
    for example in command.examples {
      #expect(example.line.hasPrefix("orien \(name)"))
      #expect(capture.output.contains(example.line))
    }
    #expect(capture.errors.isEmpty)
  }

  @Test(
    "Help is to be had in every way that one may ask for it",
    arguments: [
      ["--help"], ["-h"], ["help"], ["help", "run"], ["receipt", "--help"], ["help", "config"],
    ])
  func help(_ words: [String]) {
    #expect(Main.run(words, capture.console, .init()) == .success)
    #expect(capture.output.contains("orien"))
  }

  @Test(
    "A word that nobody knows is answered with the nearest, on standard error, with 64",
    arguments: [
      (["stauts"], "did you mean status?"), (["recept", "verify"], "did you mean receipt verify?"),
      (["confg", "sho"], "did you mean config show?"), (["help", "confg"], "mean config "),
      (["recipt"], "did you mean receipt verify?"), (["frobnicate"], "see `orien help`"),
      (["-x"], "no option '-x'"), (["ps", "--status", "runing"], "did you mean running?"),
      (["status", "--url", "here"], "--url here: expected http://HOST"),
      (["serve", "--lissten", "x"], "did you mean --listen?"), (["config"], "orien config show"),
      (["--json", "status"], "options follow the command: orien status --json"),
      (["--url=http://a", "ps", "-a"], "options follow the command: orien ps --url"),
      (["-f", "logs", "x"], "options follow the command: orien logs -f"),
      (["--json"], "options follow the command: orien COMMAND --json"),
      (["--jsom", "status"], "no option '--jsom'"), (["--follow", "status"], "'--follow'"),
      (["logs"], "expected ID"), (["logs", "a", "b"], "did not expect 'b'"),
      (["logs", "-x", "a"], "no option -x"), (["run", "t", "--session"], "wants ID"),
      (["ps", "--all=1"], "takes no value"), (["logs", "-f", "--follow", "a"], "given twice"),
      (["run", "t", "--wait", "--no-wait"], "opposites"), (["ps", "--limit", "0"], "1 to 10000"),
      (["receipt", "verify"], "FILE or --chain"), (["help", "rnu"], "did you mean run?"),
    ])
  func mistakes(_ words: [String], _ hint: String) {
    #expect(Main.run(words, capture.console, .init()) == ExitCode(64))
    #expect(capture.errors.lowercased().contains(hint.lowercased()))
    #expect(capture.output.isEmpty)
  }

  @Test("Without a word it says what there is, and that this was none")
  func nothing() {
    #expect(capture.run() == ExitCode(64))
    #expect(capture.errors.contains("run TOOL"))
  }

  @Test("The version is one JSON value where that is asked for")
  func version() throws {
    #expect(capture.run("version", "--json") == .success)
    #expect(try JSON(parsing: capture.output)["version"]?.string == Release.version)
    #expect(capture.run("--version") == .success)
    #expect(capture.output.hasSuffix("orien \(Release.version)\n"))
  }

  @Test("Options and words may come in any order, in every spelling, up to --")
  func spellings() throws {
    let command = try #require(Command.all.first { $0.name == "run" })
    let words = [
      "--session=a=b", "tool", "--file", "x", "n=1", "--file=y", "--json", "--", "--help", "-f",
    ]
    let invocation = try Invocation(command, words, capture.console, .init())
    #expect(invocation.value(.session) == "a=b")
    #expect(invocation.all(.file) == ["x", "y"])
    #expect(invocation.has(.json))
    #expect(invocation.operands == ["tool", "n=1", "--help", "-f"])
  }

  @Test(
    "A run ends as its tool did",
    arguments: [
      (#"{"status":"completed","exitCode":0}"#, 0), (#"{"status":"completed"}"#, 0),
      (#"{"status":"failed","exitCode":7}"#, 7), (#"{"status":"failed"}"#, 1),
      (#"{"status":"failed","exitCode":0}"#, 1), (#"{"status":"failed","signal":"SIGSEGV"}"#, 139),
      (#"{"status":"timeout","signal":"SIGKILL"}"#, 124), (#"{"status":"cancelled"}"#, 130),
      (#"{"status":"failed","signal":"SIG2147483647"}"#, 1), (#"{"status":"lost"}"#, 70),
      ("{}", 70),
    ])
  func exits(_ record: String, _ code: Int32) throws {
    #expect(ExitCode(final: try JSON(parsing: record)) == ExitCode(code))
  }

  @Test("What a node says cannot act on a terminal")
  func printable() {
    #expect("a\u{1B}[2J\u{9B}b\n\u{202E}é".printable == "a\u{FFFD}[2J\u{FFFD}b\u{FFFD}\u{FFFD}é")
  }
}
