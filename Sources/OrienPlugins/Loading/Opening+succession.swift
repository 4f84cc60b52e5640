import OrienModel
import OrienSystem

// Of a backend one generation is open at a time: two would write to what it stands for.

extension Opening {
  /// The backend that is open and that a candidate is to take the place of: of its file, or of its id
  /// in another one.
  func backend(before declaration: PluginDeclaration, _ candidate: Candidate) -> Plugin? {
    open.first { plugin in
      (plugin.file == candidate.file || plugin.id == declaration.id) && plugin.isBackend
        && plugin.state != .closed
    }
  }

  /// Closes it, and opens the candidate. Where that does not open it is opened again, and goes on.
  mutating func succeed(
    _ predecessor: Plugin, _ sound: Candidate.Sound, _ candidate: Candidate
  ) throws(Failure) {
    switch folder.onSucceeding(predecessor) {
    case .ready: break
    case .waits:
      contents.awaited.insert(predecessor.id)
      throw Failure(
        .unavailable, "backend-busy",
        "waits for the calls of generation \(predecessor.generation) to end")
    case .overdue:
      throw Failure(
        .unavailable, "backend-busy",
        "the calls of generation \(predecessor.generation) have not ended: reload plugins later")
    }
    try predecessor.close(within: folder.openPatience)
    do throws(Failure) {
      append(try opened(candidate, sound, generation: generation(of: candidate)))
    } catch {
      try reopen(predecessor, because: error)
      throw error
    }
  }

  private mutating func reopen(_ plugin: Plugin, because failure: Failure) throws(Failure) {
    let candidate = Candidate(
      file: plugin.file, hash: plugin.hash, outcome: .sound(plugin.candidate))
    do throws(Failure) {
      let again = try opened(candidate, plugin.candidate, generation: plugin.generation)
      replace(plugin, by: again)
    } catch {
      throw Failure(
        failure.code, failure.reason,
        "\(failure.message); nor does generation \(plugin.generation) open again: \(error.message)")
    }
  }

  private func opened(
    _ candidate: Candidate, _ sound: Candidate.Sound, generation: UInt64
  ) throws(Failure) -> Plugin {
    guard let home = try home(of: candidate, sound) else {
      return try beginLoad(
        candidate, sound, generation: generation, on: PluginLoad.thread(),
        within: folder.openPatience
      ).result().get()
    }
    let plugin = Plugin(
      sound, file: candidate.file, generation: generation, folder: dataFolder(of: sound),
      home: home)
    do throws(Failure) { try plugin.home.open() } catch {
      try plugin.close(within: folder.openPatience)
      throw error
    }
    return plugin
  }
}

extension Plugin {
  /// All that it has are operations of roles.
  package var isBackend: Bool { declaration.isBackend }
}

extension PluginDeclaration {
  var isBackend: Bool { !handlers.isEmpty && handlers.allSatisfy { $0.role != nil } }
}
