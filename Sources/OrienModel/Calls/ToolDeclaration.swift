/// A handler as its plugin declares it, checked and copied out of the plugin's memory.
package struct ToolDeclaration: Sendable {
  package var name: String
  /// Nil: a tool, listed and called by anyone allowed. Else the role whose operation this is.
  package var role: String?
  package var title: String
  package var doc: String
  /// Valid arguments, shown to people and models.
  package var example: JSON?
  package var resultType: String
  package var units: [String]
  package var arguments: [Argument]
  package var limits: Limits
  /// The handler receives one JSON object in place of typed arguments.
  package var isPacked: Bool
  package var isIdempotent: Bool
  package var isReadOnly: Bool

  package init(name: String) {
    self.name = name
    role = nil
    title = name
    doc = ""
    example = nil
    resultType = "text/plain"
    units = []
    arguments = []
    limits = Limits()
    isPacked = false
    isIdempotent = false
    isReadOnly = false
  }
}

/// A plugin's table, checked and copied out of its memory.
package struct PluginDeclaration: Sendable {
  package var id: String
  package var version: String
  package var doc: String
  /// Handlers at once, of all together; nil: any number.
  package var concurrency: UInt32?
  package var needs: [String]
  package var settings: [Argument]
  package var isOpenPacked: Bool
  package var handlers: [ToolDeclaration]

  package init(id: String, version: String) {
    self.id = id
    self.version = version
    doc = ""
    concurrency = nil
    needs = []
    settings = []
    isOpenPacked = false
    handlers = []
  }
}
