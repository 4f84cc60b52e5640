import COrienABI
import OrienModel

extension Listing {
  /// Flags of a handler.
  static let packed = UInt32(ORIEN_PACKED)
  static let idempotent = UInt32(ORIEN_IDEMPOTENT)
  static let readOnly = UInt32(ORIEN_READ_ONLY)

  /// Judges what the plugin says of itself. Failures have the reason `bad-table` and begin with
  /// the field's name.
  func declaration() throws(Failure) -> PluginDeclaration {
    try Field("id").check(id, .pluginID)
    try Field("version").check(version, .version)
    try Field("doc").check(doc, .text)
    try Field("flags").check(flags, known: UInt32(ORIEN_PACKED))
    var plugin = PluginDeclaration(id: id, version: version)
    plugin.doc = doc
    plugin.concurrency = concurrency == 0 ? nil : concurrency
    plugin.isOpenPacked = flags & UInt32(ORIEN_PACKED) != 0
    for (index, need) in needs.enumerated() { try Field("needs")[index].check(need, .need) }
    plugin.needs = needs
    plugin.settings = try Argument.declared(settings, Field("settings"))
    guard !handlers.isEmpty else { throw Field("handlers").refusal("lists no handler") }
    for (index, handler) in handlers.enumerated() {
      let field = Field("handlers")[index]
      let tool = try handler.declaration(field)
      if plugin.handlers.contains(where: { $0.name == tool.name && $0.role == tool.role }) {
        throw field.name.refusal("\(tool.name) is there twice")
      }
      plugin.handlers.append(tool)
    }
    return plugin
  }
}

extension Listing.Argument {
  /// Flags of an argument.
  static let required = UInt32(ORIEN_REQUIRED)
  static let secret = UInt32(ORIEN_SECRET)

  fileprivate static func declared(
    _ listed: [Self], _ field: Listing.Field
  ) throws(Failure) -> [Argument] {
    var arguments: [Argument] = []
    for (index, argument) in listed.enumerated() {
      let declared = try argument.declaration(field[index])
      if arguments.contains(where: { $0.name == declared.name }) {
        throw field[index].name.refusal("\(declared.name) is there twice")
      }
      arguments.append(declared)
    }
    return arguments
  }

  private func declaration(_ field: Listing.Field) throws(Failure) -> Argument {
    guard let kind = Argument.Kind(rawValue: type) else {
      throw field.type.refusal("\(type) is no type that this node knows")
    }
    try field.flags.check(flags, known: UInt32(ORIEN_REQUIRED | ORIEN_SECRET))
    try field.doc.check(doc, .line)
    do throws(Failure) {
      return try Argument(
        declaring: name, kind: kind,
        isRequired: flags & UInt32(ORIEN_REQUIRED) != 0,
        isSecret: flags & UInt32(ORIEN_SECRET) != 0, doc: doc, fallback: fallback,
        rules: rules)
    } catch {
      throw field.refusal(error.message)
    }
  }
}

extension Listing.Handler {
  fileprivate func declaration(_ field: Listing.Field) throws(Failure) -> ToolDeclaration {
    try field.name.check(name, .tool)
    let known = ORIEN_PACKED | ORIEN_IDEMPOTENT | ORIEN_READ_ONLY
    try field.flags.check(flags, known: UInt32(known))
    var tool = ToolDeclaration(name: name)
    tool.isPacked = flags & UInt32(ORIEN_PACKED) != 0
    tool.isIdempotent = flags & UInt32(ORIEN_IDEMPOTENT) != 0
    tool.isReadOnly = flags & UInt32(ORIEN_READ_ONLY) != 0
    if let role { try field.role.check(role, .role) }
    tool.role = role
    if let title { try field.title.check(title, .line) }
    tool.title = title ?? name
    try field.doc.check(doc, .text)
    tool.doc = doc
    if let resultType { try field.result_type.check(resultType, .mediaType) }
    tool.resultType = resultType ?? tool.resultType
    for (index, unit) in units.enumerated() { try field.units[index].check(unit, .unit) }
    guard Set(units).count == units.count else { throw field.units.refusal("has one twice") }
    tool.units = units
    guard tool.isPacked || arguments.count <= Listing.Bounds.typedArguments else {
      throw field.args.refusal(
        "\(arguments.count) entries; more than \(Listing.Bounds.typedArguments) need ORIEN_PACKED")
    }
    tool.arguments = try Listing.Argument.declared(arguments, field.args)
    if !limits.isEmpty { tool.limits = try declaredLimits(field.limits) }
    if let example { tool.example = try checkedExample(example, tool.arguments, field.example) }
    return tool
  }

  private func declaredLimits(_ field: Listing.Field) throws(Failure) -> Limits {
    guard limits.count == Limits.named.count + 1, let network = limits.last, network <= 3 else {
      throw field.network.refusal("expected 0 to 3")
    }
    var result = Limits()
    // Both lists have the ABI's order; 0 is no opinion.
    for ((_, path), value) in zip(Limits.named, limits) where value != 0 {
      result[keyPath: path] = value
    }
    return result
  }

  private func checkedExample(
    _ text: String, _ arguments: [Argument], _ field: Listing.Field
  ) throws(Failure) -> JSON {
    do throws(Failure) {
      let example = try JSON(parsing: text)
      _ = try CheckedArguments(checking: example, against: arguments, base: "example")
      return example
    } catch {
      throw field.refusal(error.message)
    }
  }
}
