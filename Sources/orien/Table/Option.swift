/// An option of a command, written `--name VALUE`, `--name=VALUE` or `-n VALUE`; a switch has no
/// value.
struct Option: Sendable, Equatable {
  let name: String
  let letter: Character?
  /// What help calls its value; nil for a switch.
  let value: String?
  let doc: String
  /// It may be given more than once.
  let isRepeatable: Bool

  init(
    _ name: String, letter: Character? = nil, value: String? = nil, _ doc: String,
    isRepeatable: Bool = false
  ) {
    self.name = name
    self.letter = letter
    self.value = value
    self.doc = doc
    self.isRepeatable = isRepeatable
  }

  /// As help writes it: `-f, --follow`, `--listen HOST:PORT`.
  var usage: String {
    (letter.map { "-\($0), " } ?? "") + "--" + name + (value.map { " " + $0 } ?? "")
  }
}

extension Option {
  static let help = Option("help", letter: "h", "Show what the command does")
  static let json = Option("json", "Answer as JSON")
  static let url = Option(
    "url", value: "URL", "The node to ask; else ORIEN_URL, else this machine's, at PORT")
  static let keyFile = Option(
    "key-file", value: "FILE", "A file with the key to ask with; else as PROVIDER_API_KEY says")

  static let listen = Option("listen", value: "HOST:PORT", "Where to listen", isRepeatable: true)
  static let state = Option("state", value: "DIR", "Where the ledger, keys and outputs are kept")
  static let tools = Option("tools", value: "DIR", "The plugins and their manifests")
  static let config = Option("config", value: "FILE", "A file of settings, in place of orien.conf")
  static let allowUnsafe = Option(
    "allow-unsafe", "Run scripts also on a machine that cannot wall them in")

  static let safeMode = Option(
    "safe-mode", "Load no plugins but those that come with Orien")

  static let role = Option("role", value: "ROLE", "The role whose page it is held to, like vm/1")

  static let write = Option("write", "Add what is missing, where nginx takes it")
  static let allLasting = Option("all", letter: "a", "All of them")
  static let grace = Option(
    "grace", value: "SECONDS", "What they get to end by themselves; 10 by default")

  static let undo = Option("undo", "Take new work again")
  static let passwordFile = Option(
    "password-file", value: "FILE", "A file whose first line seals the key, and opens it")
  static let balance = Option("balance", "Ask the chain what there is to pay for gas with")
  static let keyRole = Option(
    "role", value: "ROLE", "operator or tenant; tenant where it is not said")

  static let session = Option(
    "session", value: "ID", "The session; without it `run` makes one and removes it at the end")
  static let ofSession = Option("session", value: "ID", "Only executions in that session")
  static let file = Option(
    "file", value: "LOCAL[:REMOTE]", "A file to send to the session's workspace first",
    isRepeatable: true)
  static let wait = Option("wait", "Stream the output and exit as the tool did (the default)")
  static let noWait = Option("no-wait", "Print the execution's id at once")
  static let budget = Option(
    "budget", value: "MICROUNITS", "The most that the session's executions may cost together")
  static let stream = Option(
    "stream", value: "ID", "The stream of money that pays for the session, by its number")
  static let all = Option("all", letter: "a", "Finished executions too")
  static let status = Option("status", value: "STATUS", "Only executions in that status")
  static let limit = Option(
    "limit", value: "COUNT", "At most so many, the newest first; 50 by default")
  static let follow = Option("follow", letter: "f", "Go on until the execution ends")
  static let format = Option(
    "format", value: "FORMAT", "In these types' words: openai, anthropic, mcp or jsonschema")
  static let strict = Option(
    "strict", "With openai: schemas to which a model is held word by word")
  static let allTools = Option("all", letter: "a", "With a format: tools too that are unavailable")
  static let followPlugins = Option(
    "follow", letter: "f", "Go on telling what changes among them")
  static let chain = Option(
    "chain", "Check every record of the state folder, and that the receipts given are among them")
  static let key = Option("key", value: "HEX", "The public key of the node that must have signed")
}
