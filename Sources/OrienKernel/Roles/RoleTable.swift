package import OrienModel
package import OrienPlugins

/// Which roles this node knows, and which plugin it wants for each where there are several.
package struct RoleChoice: Sendable {
  package var pages: [RolePage]
  /// A plugin's id by role, as the setting BACKENDS has them.
  package var plugins: [String: String]

  package init(pages: [RolePage] = [], plugins: [String: String] = [:]) {
    self.pages = pages
    self.plugins = plugins
  }
}

/// For each role its backend, or why there is none. A value; a reload makes another.
package struct RoleTable: Sendable {
  package struct Row: Sendable {
    package let role: String
    /// Of the plugin that is the backend, or would be.
    package let plugin: String?
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
    let named = candidates.first { $0.id == wanted }
    let chosen = wanted == nil ? (candidates.count == 1 ? candidates[0] : nil) : named
    let page = choice.pages.first { $0.id == role }
    return Row(
      role: role, plugin: chosen?.id ?? wanted,
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
        throw unavailable(
          "several-backends",
          "\(ids) are backends of \(role): choose one by BACKENDS=\(role):\(candidates[0].id)")
      },
      candidates: page.map { page in candidates.compactMap { try? Backend($0, page) } } ?? [],
      operations: page?.operations.map(\.name) ?? [])
  }

  private static func unavailable(_ reason: String, _ message: String) -> Failure {
    Failure(.unavailable, reason, message)
  }
}
