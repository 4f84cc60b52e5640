package import OrienModel
package import OrienPlugins

/// A tool as this node sells it: a handler, what its plugin's manifest and the node's policy leave
/// it, and what it costs. Belongs to the loop.
package final class Tool {
  package let id: ToolID
  package let declaration: ToolDeclaration
  package let plugin: Plugin
  package let handler: Int
  /// What the plugin wishes, before anybody lowers it.
  package let wish: Limits
  package let granted: Limits
  package let price: Price
  /// What a call of it needs where its session is paid for ahead.
  let need: PaymentNeed
  /// Each limit of a call whose handler runs in the node and starts no program.
  let limitsInNode: GrantedLimits
  let needsPrograms: Bool
  /// A call of it may have somebody write to its workspace whom nobody asks before.
  let mayWrite: Bool
  /// What the kernel has to hold, or no call of it is run: whatever runs, and programs.
  let requiredByManifest, requiredOfPrograms: [RequiredLimit]
  /// What its programs reach; a failure where its manifest does not say that rightly.
  let reach: Result<Reach, Failure>
  /// What its calls may take. A stuck call keeps its slots.
  let room: Admission.Room
  /// What its handler may meter.
  let units: Set<String>
  private let takesFiles: Bool
  /// Of its calls, and of all calls of its plugin.
  package let tally, pluginTally: Tally

  /// Nil where the handler is a role's operation, or switched off by the manifest.
  init?(_ plugin: Plugin, handler: Int, policy: Policy, tallies: Tallies) {
    let declaration = plugin.declaration.handlers[handler]
    guard declaration.role == nil, plugin.isEnabled(handler), let id = ToolID(declaration.name)
    else { return nil }
    self.id = id
    self.declaration = declaration
    self.plugin = plugin
    self.handler = handler
    wish = declaration.limits
    granted = policy.grant(wish: wish, manifest: plugin.limits(of: handler))
    price = plugin.price(of: handler) ?? Price()
    need = PaymentNeed(microUnits: price.ceiling(under: granted), currency: price.currency)
    limitsInNode = granted.told(wish: wish) { name in
      Self.means(ofNode: name)
    }
    reach = Result { () throws(Failure) in try Reach(plugin.manifest) }
    needsPrograms = plugin.declaration.needs.contains("orien.process/1")
    mayWrite = needsPrograms || plugin.manifest.workspaceUser != nil
    requiredByManifest = plugin.required(of: handler)
    requiredOfPrograms = requiredByManifest + policy.required
    room = Admission.Room(
      slots: Int(clamping: granted.concurrency ?? .max), plugin: plugin.id,
      pluginSlots: plugin.concurrency)
    units = Set(declaration.units)
    takesFiles = declaration.arguments.contains { $0.kind == .file }
    tally = tallies.tally(of: id, ofPlugin: plugin.id)
    pluginTally = tallies.tally(ofPlugin: plugin.id)
  }

  /// Why its plugin cannot be called now; nil where it can.
  var pluginTrouble: Failure? {
    if case .stuck(let calls) = plugin.state, isStuck { return plugin.stuck(calls) }
    return plugin.trouble
  }

  /// None of its slots will come free.
  private var isStuck: Bool {
    plugin.stuckCalls(of: handler) >= Int(clamping: granted.concurrency ?? .max)
  }
}

extension Plugin {
  /// Why it cannot be called now; nil where it can.
  package var trouble: Failure? {
    switch state {
    case .ready: nil
    case .unavailable(let failure), .quarantined(let failure): failure
    case .closed: Failure(.unavailable, "plugin-closed", "plugin \(name) is closed")
    case .stuck(let calls): capacity > 0 ? nil : stuck(calls)
    }
  }

  fileprivate func stuck(_ calls: Int) -> Failure {
    Failure(
      .unavailable, "plugin-stuck",
      "plugin \(name) is stuck: \(calls) of its calls have not returned")
  }
}

extension Tool {
  /// The arguments in the form in which its handler takes them.
  func arguments(of checked: CheckedArguments) -> CallArguments {
    declaration.isPacked ? .packed(checked.packed) : .values(checked.values)
  }

  /// The paths that were given for its `file` arguments.
  func files(in checked: CheckedArguments) -> [(argument: String, path: String)] {
    guard takesFiles else { return [] }
    return zip(declaration.arguments, checked.values).compactMap { argument, value in
      guard argument.kind == .file, case .text(let path?) = value else { return nil }
      return (argument.name, path)
    }
  }
}
