package import OrienModel
package import OrienPlugins

/// A plugin as the backend of a role: the handlers that do its operations, held to the role's page in
/// what they take and in what they say.
package struct Backend: Sendable {
  package let page: RolePage
  package let plugin: Plugin
  package var id: String { plugin.id }
  /// Why it can do nothing on this machine; nil where that is not seen without asking it.
  package var missingPrograms: String? { plugin.missingPrograms }
  /// By the operation's name.
  private let handlers: [String: Int]

  /// Refuses a plugin that lacks an operation, has one that the page has not, or declares an argument
  /// that nobody would give it.
  package init(_ plugin: Plugin, _ page: RolePage) throws(Failure) {
    self.page = page
    self.plugin = plugin
    handlers = plugin.operations(of: page.id)
    let lacking = page.operations.map(\.name).filter { [handlers] in handlers[$0] == nil }
    guard lacking.isEmpty else {
      throw refusal("lacks \(lacking.joined(separator: ", "))")
    }
    for (name, handler) in handlers.sorted(by: { $0.key < $1.key }) {
      guard let operation = page.operation(name) else {
        let names = page.operations.map(\.name)
        throw refusal("has \(name), which is no operation\(Nearest.hint(for: name, among: names))")
      }
      for argument in plugin.declaration.handlers[handler].arguments {
        try check(argument, of: operation)
      }
    }
    // Of what has tools a new generation opens beside the old; of a backend one is open at a time.
    guard plugin.isBackend || page.allowsTools else {
      throw refusal("has tools too; a backend is a plugin of its own")
    }
    guard !page.hasClosingLane || plugin.concurrency > 1 else {
      throw refusal(
        "runs one handler at a time, and operations that close wait for no other: 2 at least")
    }
  }

  private func check(
    _ argument: Argument, of operation: RoleOperation
  ) throws(Failure) {
    let place = "\(operation.name) takes \(argument.name)"
    guard let known = operation.arguments.first(where: { $0.name == argument.name }) else {
      let names = operation.arguments.map(\.name)
      throw refusal(
        "\(place), which nobody gives it\(Nearest.hint(for: argument.name, among: names))")
    }
    guard known.kind == argument.kind else {
      throw refusal("\(place) as \(argument.kind.name), and it is \(known.kind.name)")
    }
    guard !argument.isRequired || known.isRequired || known.fallback != nil else {
      throw refusal("\(place) as required, and it may be left out")
    }
    guard !known.isSecret || argument.isSecret else {
      throw refusal("\(place) as no secret, and it is one")
    }
  }

  private func refusal(_ what: String) -> Failure {
    Failure(.unavailable, "bad-backend", "plugin \(plugin.id) is no backend of \(page.id): \(what)")
  }

  /// How many ordinary operations of a plugin run at once: one place is always left to those that
  /// close, where there are two.
  var ordinarySlots: Int { max(1, plugin.concurrency - 1) }

  /// What is called for an operation: of the arguments, within the page, those that the handler knows.
  func call(
    _ operation: RoleOperation, _ checked: CheckedArguments
  ) throws(Failure) -> (handler: Int, arguments: CallArguments) {
    guard let handler = handlers[operation.name] else {
      preconditionFailure("a backend has all operations of its page")
    }
    let declaration = plugin.declaration.handlers[handler]
    let given = try JSON(parsing: checked.packed).members ?? []
    let known = given.filter { member in
      declaration.arguments.contains { $0.name.hasSameBytes(as: member.name) }
    }
    // It may take less than the page allows, and says so by its own rules.
    let own = try CheckedArguments(checking: .object(known), against: declaration.arguments)
    return (handler, declaration.isPacked ? .packed(own.packed) : .values(own.values))
  }
}

extension Plugin {
  /// Its handlers that are that role's operations, by name, without those that its manifest switches
  /// off.
  func operations(of role: String) -> [String: Int] {
    var found: [String: Int] = [:]
    for (index, handler) in declaration.handlers.enumerated()
    where handler.role == role && isEnabled(index) {
      found[handler.name] = index
    }
    return found
  }

  /// The roles that it has operations of, in their order.
  package var roles: [String] { Set(declaration.handlers.compactMap(\.role)).sorted() }
}
