/// One thing about a node that its operator may decide: a key of the configuration.
struct Setting: Sendable {
  /// As it is written in the environment and in files.
  let name: String
  let doc: String
  /// Its value is never shown.
  let isSecret: Bool
  /// What stands in for it, where that depends on who runs the node and where.
  let fallbackDoc: String?
  /// Takes it over from another configuration into a node that runs; nil where only a start can.
  let adopt: (@Sendable (inout Configuration, Configuration) -> Void)?
  /// The flag of `orien serve` that sets it too.
  let flag: Option?
  private let words: @Sendable () -> String
  /// Sets it; false where the text is not as expected.
  let apply: @Sendable (inout Configuration, String) -> Bool
  let show: @Sendable (Configuration) -> String

  /// `path` is made when it is first needed: there are many settings, and a start has need of few.
  init<Value>(
    _ name: String,
    _ path:
      @escaping @autoclosure @Sendable () ->
      any WritableKeyPath<Configuration, Value> & Sendable,
    _ format: Format<Value>, _ doc: String, isSecret: Bool = false, fallback: String? = nil,
    flag: Option? = nil, isLive: Bool = false
  ) {
    self.name = name
    self.doc = doc
    self.isSecret = isSecret
    self.flag = flag
    fallbackDoc = fallback
    words = format.words
    apply = { configuration, text in
      guard let value = format.parse(text) else { return false }
      configuration[keyPath: path()] = value
      return true
    }
    let take: @Sendable (inout Configuration, Configuration) -> Void = { running, fresh in
      let path = path()
      running[keyPath: path] = fresh[keyPath: path]
    }
    adopt = isLive ? take : nil
    show = { format.show($0[keyPath: path()]) }
  }

  var expected: String { words() }
}
