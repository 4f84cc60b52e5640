package import OrienModel
package import OrienPlugins

/// Which roles this node knows, and which plugin it wants for each where there are several.
package struct RoleChoice: Sendable {
  package var pages: [RolePage]
  /// A plugin's id by role, as the setting BACKENDS has them.
  package var plugins: [String: String]
  /// By role: what a service of the node has found where there are several and none is named.
  var found: [String: RoleFinding] = [:]

  package init(pages: [RolePage] = [], plugins: [String: String] = [:]) {
    self.pages = pages
    self.plugins = plugins
  }
}

/// What came of asking several plugins which of them could be a role's backend on this machine.
package enum RoleFinding: Sendable, Equatable {
  /// One alone; and why.
  case sole(plugin: String, because: String)
  /// None, or it is not known yet.
  case nobody(Failure)
}

/// For each role its backend, or why there is none. A value; a reload makes another.
package struct RoleTable: Sendable {
  package struct Row: Sendable {
    package let role: String
    /// Of the plugin that is the backend, or would be.
    package let plugin: String?
    /// Why it is that one where nobody has named it, and there are others.
    package let because: String?
    package let backend: Result<Backend, Failure>
    /// All that could be it: a service may ask each of them.
    package let candidates: [Backend]
    /// The names of the role's operations, where its page is here.
    package let operations: [String]
  }

  /// In the order of the roles.
  package let rows: [Row]

  package init(_ choice: RoleChoice, _ plugins: [Plugin]) {
    let roles = Set(
      choice.pages.map(\.id) + plugins.flatMap(\.roles) + Array(choice.plugins.keys))
    rows = roles.sorted().map { role in Self.row(role, choice, plugins) }
  }

  /// The plugins that are backends of the role, chosen or not.
  package func backends(of role: String) -> [Backend] {
    rows.first { $0.role == role }?.candidates ?? []
  }

  /// That plugin as a backend of the role, chosen or not; nil where it is none.
  func backend(of role: String, by plugin: String) -> Backend? {
    backends(of: role).first { $0.plugin.id == plugin }
  }

  /// There are several, and neither has anybody named one nor has one been found.
  package func isOpen(_ role: String) -> Bool {
    guard let row = rows.first(where: { $0.role == role }) else { return false }
    return row.plugin == nil && row.candidates.count > 1
  }

  /// There is one of several, and nobody has named it.
  package func isFound(_ role: String) -> Bool {
    rows.first { $0.role == role }?.because != nil
  }

  package func backend(of role: String) throws(Failure) -> Backend {
    guard let row = rows.first(where: { $0.role == role }) else {
      throw Failure(
        .unavailable, "unknown-role",
        "this node has no role \(role)\(Nearest.hint(for: role, among: rows.map(\.role)))")
    }
    return try row.backend.get()
  }

  private static func row(
    _ role: String, _ choice: RoleChoice, _ plugins: [Plugin]
  ) -> Row {
    let candidates = plugins.filter { $0.roles.contains(role) }
    let wanted = choice.plugins[role]
    let found: (plugin: Plugin, because: String)? = sole(choice.found[role], candidates)
    let chosen =
      wanted == nil
      ? (candidates.count == 1 ? candidates[0] : found?.plugin)
      : candidates.first { $0.id == wanted }
    let because = wanted == nil && candidates.count > 1 ? found?.because : nil
    let page = choice.pages.first { $0.id == role }
    return Row(
      role: role, plugin: chosen?.id ?? wanted, because: because,
      backend: Result { () throws(Failure) in
        guard let page else {
          throw unavailable("unknown-role", "this node has no page of the role \(role)")
        }
        if let chosen { return try Backend(chosen, page) }
        let ids = candidates.map(\.id).joined(separator: " and ")
        if let wanted {
          throw unavailable(
            "no-backend",
            "BACKENDS names \(wanted) for \(role), and no such plugin is there"
              + (ids.isEmpty ? "" : "; there is \(ids)"))
        }
        guard !candidates.isEmpty else {
          throw unavailable("no-backend", "no plugin is a backend of \(role)")
        }
        if case .nobody(let failure)? = choice.found[role] { throw failure }
        let settings = candidates.map { "BACKENDS=\(role):\($0.id)" }.joined(separator: " or ")
        throw unavailable(
          "several-backends", "\(ids) are backends of \(role): choose one by \(settings)")
      },
      candidates: page.map { page in candidates.compactMap { try? Backend($0, page) } } ?? [],
      operations: page?.operations.map(\.name) ?? [])
  }

  /// The plugin that was found, where it is still there.
  private static func sole(
    _ finding: RoleFinding?, _ candidates: [Plugin]
  ) -> (plugin: Plugin, because: String)? {
    guard case .sole(let id, let because)? = finding,
      let plugin = candidates.first(where: { $0.id == id })
    else { return nil }
    return (plugin, because)
  }

  private static func unavailable(_ reason: String, _ message: String) -> Failure {
    Failure(.unavailable, reason, message)
  }
}
