import OrienModel
import OrienSystem

/// The program: finds the command that its words name, and runs it.
@main
enum Main {
  static func main() {
    let environment = Environment.current
    let words = Array(CommandLine.arguments.dropFirst())
    Program.exit(run(words, Console.standard(environment), environment).code)
  }

  static func run(_ words: [String], _ console: Console, _ environment: Environment) -> ExitCode {
    do throws(Failure) {
      return try answer(words, console, environment)
    } catch {
      console.explain(error)
      return ExitCode(error)
    }
  }

  private static func answer(
    _ words: [String], _ console: Console, _ environment: Environment
  ) throws(Failure) -> ExitCode {
    guard let first = words.first else {
      try console.write(Help.overview(console.errorStyle), to: .errors)
      return ExitCode(64)
    }
    if ["--help", "-h"].contains(first) {
      try console.write(Help.overview(console.style))
      return .success
    }
    // As every other program has it.
    let words = first == "--version" ? ["version"] + words.dropFirst() : words
    if let family = Help.family(words) {
      try console.write(Help.of(family, console.style))
      return .success
    }
    let (command, count) = try Command.named(by: words)
    let invocation = try Invocation(command, words.dropFirst(count), console, environment)
    guard !invocation.has(.help) else {
      try console.write(Help.of([command], console.style))
      return .success
    }
    return try command.run(invocation)
  }
}
