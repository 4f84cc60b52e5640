// The rows of sandboxes.
extension Command {
  static let sandbox: [Command] = [
    Command(
      "sandbox run", taking: [.one("FILE")],
      "Run code that nobody trusts, and keep what it leaves",
      options: [.language, .file, .artifacts, .timeout] + asking,
      examples: [
        Example("orien sandbox run main.py", "By the interpreter of its language"),
        Example(
          "orien sandbox run plot.py --file data.csv --artifacts out",
          "With a file beside it; what it writes is in out"),
      ], run: runInSandbox)
  ]
}
