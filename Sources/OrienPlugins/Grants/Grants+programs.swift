package import OrienModel

extension Grants {
  /// A plugin's command as it is run outside of the jail.
  package struct Granted: Sendable {
    package var command: Command
    package var network: Program.Network
  }

  /// What a plugin's command becomes outside of the jail; `denied` where no line of the manifest
  /// says that, with the line that would.
  package func command(_ command: Command, of plugin: String) throws(Failure) -> Granted {
    let (name, words) = (command.arguments[0], command.arguments.dropFirst())
    let named = programs.filter { $0.name == name }
    guard !named.isEmpty else {
      throw Self.denied(
        "\(plugin).json grants no program \(name.quoted): grants.programs would with "
          + #"{"program": \#(name.quoted), "path": ..., "arguments": [\#(Self.form(words))]}"#)
    }
    guard let program = named.first(where: { $0.admits(words) }) else {
      throw Self.denied(
        "\(plugin).json grants \(name.quoted) none of these arguments: the "
          + "\"arguments\" of its line in grants.programs would with \(Self.form(words))")
    }
    let given = command.environment.map { String($0.prefix { $0 != "=" }) }
    if let stranger = given.first(where: { !program.environment.contains($0) }) {
      throw Self.denied(
        "\(plugin).json grants \(name.quoted) no variable \(stranger.quoted): the "
          + "\"environment\" of its line in grants.programs would with [\(stranger.quoted)]")
    }
    var granted = command
    granted.arguments[0] = program.path
    return Granted(command: granted, network: program.network)
  }

  private static func denied(_ message: String) -> Failure {
    Failure(.denied, "not-granted", message)
  }

  /// The words as patterns of themselves, as far as a message has room.
  private static func form(_ words: ArraySlice<String>) -> String {
    let shown = words.prefix(8).map { String($0.prefix(64)).harmless.quoted }
    return "[\((shown + (words.count > 8 ? ["..."] : [])).joined(separator: ", "))]"
  }
}

extension Grants.Program {
  fileprivate func admits(_ words: ArraySlice<String>) -> Bool {
    if words.isEmpty, forms.isEmpty { return true }
    return forms.contains { form in
      form.count == words.count && zip(form, words).allSatisfy { $0.admits($1) }
    }
  }
}
