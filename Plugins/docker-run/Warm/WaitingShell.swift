internal import OrienKit

/// What runs in a container that waits: the image's own shell, which reads one line, becomes the
/// program that the line says, and says before that it does.
///
/// It becomes nothing where the workspace has not come, or the image has no such program: then the
/// call is run as if nothing had waited for it.
struct WaitingShell {
  /// The line is read a byte at a time, for what follows it is the program's.
  private static let lineBytes = 16 << 10
  /// What a shell exports by itself, and a container that nobody waited in does not have.
  private static let own = ["PWD", "OLDPWD", "SHLVL", "_"]

  static let words = [
    "sh", "-c",
    """
    nl='
    '
    IFS= read -r line || exit 1
    eval "$line"
    cd "$folder" && [ ! -e "$mark" ] || exit 1
    set -f
    IFS=:
    has() {
      for at in $PATH; do
        if [ -f "$at/$1" ] && [ -x "$at/$1" ]; then return 0; fi
      done
      return 1
    }
    has env && has "$program" || exit 1
    if [ "$input" = none ]; then exec </dev/null; fi
    printf %s "$word" >&2
    exec env \(own.map { "-u \($0)" }.joined(separator: " ")) "$@"
    """,
  ]

  /// What it says on its standard error before it becomes the program, and what no other knows.
  let word: [UInt8]
  private let line: String

  /// Nil where only an engine can start it as it should be: what `env` or a shell reads otherwise, or
  /// what is no program of the image's own.
  init?(_ program: Program, in folder: String) {
    guard let name = program.words.first, !name.utf8.contains(where: { $0 == 0x2F || $0 == 0x3D })
    else { return nil }
    guard !name.hasPrefix("-"), !program.environment.contains(where: { $0.hasPrefix("PATH=") })
    else { return nil }
    let texts = program.environment + program.words
    guard !texts.contains(where: { $0.utf8.contains(0) }) else { return nil }
    let word = Self.randomWord()
    let line =
      "set -- " + texts.map(Self.quoted).joined(separator: " ")
      + "; program=\(Self.quoted(name)); folder=\(Self.quoted(folder))"
      + "; input=\(program.takesInput ? "some" : "none"); word=\(word)"
    guard line.utf8.count <= Self.lineBytes else { return nil }
    self.word = Array(word.utf8)
    self.line = line
  }

  /// What it is told, once: for as long as there is a file `mark` the workspace has not come.
  func told(mark: String) -> [UInt8] {
    Array("\(line); mark=\(Self.quoted(mark))\n".utf8)
  }

  private static func randomWord() -> String {
    (0..<2).map { _ in
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// As one word of a shell's, whatever is in it, and on one line.
  static func quoted(_ text: String) -> String {
    var quoted = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'": quoted += #"'\''"#
      case "\n": quoted += #"'"$nl"'"#
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "'"
  }
}

/// What of a container's streams is the program's. An engine tells of what is written to two streams in
/// any order, so that what is said on the other may be heard before the word.
struct Beginning {
  private let word: [UInt8]
  /// Of the stream on which the word comes: a shell may complain of something else first.
  private var heard: [UInt8] = []
  private(set) var isSeen = false
  /// What the program has said meanwhile.
  private(set) var early: [(stream: OutputFrames.Stream, bytes: [UInt8])] = []

  init(_ word: [UInt8]) { self.word = word }

  /// The program may have begun: the shell says nothing but on its standard error.
  var isPossible: Bool { isSeen || !early.isEmpty }

  mutating func take(_ stream: OutputFrames.Stream, _ bytes: [UInt8]) {
    guard stream == .errors, !isSeen else { return early.append((stream, bytes)) }
    heard += bytes
    guard let start = startOfWord else {
      return heard.removeFirst(max(0, heard.count - word.count))
    }
    isSeen = true
    let rest = heard[(start + word.count)...]
    if !rest.isEmpty { early.append((.errors, Array(rest))) }
  }

  private var startOfWord: Int? {
    guard heard.count >= word.count else { return nil }
    return (0...heard.count - word.count).first {
      heard[$0..<$0 + word.count].elementsEqual(word)
    }
  }
}
