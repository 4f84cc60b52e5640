import OrienModel

/// One thing that `orien` can be told to do: a row of the table of commands.
struct Command: Sendable {
  /// `run`, or `receipt verify`.
  let name: String
  let summary: String
  let operands: [Operand]
  /// Made anew each time, as the examples are: of a table of commands a run has need of one.
  var options: [Option] { makeOptions() + [.help] }
  /// A command line each, with what it does.
  var examples: [Example] { makeExamples() }
  private let makeOptions: @Sendable () -> [Option]
  private let makeExamples: @Sendable () -> [Example]
  let run: @Sendable (Invocation) throws(Failure) -> ExitCode

  /// A word that is no option.
  struct Operand: Sendable {
    let name: String
    let isRequired: Bool
    let isRepeatable: Bool

    static func one(_ name: String) -> Operand {
      Operand(name: name, isRequired: true, isRepeatable: false)
    }
    static func maybe(_ name: String) -> Operand {
      Operand(name: name, isRequired: false, isRepeatable: false)
    }
    static func several(_ name: String) -> Operand {
      Operand(name: name, isRequired: true, isRepeatable: true)
    }
    static func any(_ name: String) -> Operand {
      Operand(name: name, isRequired: false, isRepeatable: true)
    }
  }

  struct Example: Sendable {
    let line: String
    let doc: String

    init(_ line: String, _ doc: String) {
      self.line = line
      self.doc = doc
    }
  }

  init(
    _ name: String, taking operands: [Operand] = [], _ summary: String,
    options: @escaping @autoclosure @Sendable () -> [Option] = [],
    examples: @escaping @autoclosure @Sendable () -> [Example],
    run: @escaping @Sendable (Invocation) throws(Failure) -> ExitCode
  ) {
    self.name = name
    self.operands = operands
    self.summary = summary
    makeOptions = options
    makeExamples = examples
    self.run = run
  }

  /// `orien run TOOL [NAME=VALUE...]`.
  var usage: String {
    let words = operands.map { operand in
      let word = operand.name + (operand.isRepeatable ? "..." : "")
      return operand.isRequired ? word : "[\(word)]"
    }
    return (["orien", name] + words).joined(separator: " ")
  }
}
