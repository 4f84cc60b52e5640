import OrienAPI
import OrienHTTP
import OrienKernel
import OrienModel
import OrienNode
import OrienPlugins
import OrienSystem

// How a node that runs takes up what its operator has changed.

extension Node {
  typealias Reloading = Result<ReloadReport, Failure>

  /// Reads everything anew, and answers what has changed. Nothing has where any of it is wrong: what
  /// is new holds once configuration, keys and plugins were all read.
  func reload(then answer: @escaping (Reloading) -> Void) {
    guard !isReloading, !isEnding else {
      return answer(
        .failure(
          isEnding
            ? Failure(.unavailable, "draining", "the node is going down")
            : Failure(.conflict, "reloading", "the node is reading its configuration already")))
    }
    isReloading = true
    let told = { [self] (result: Reloading) in
      isReloading = false
      tell(of: result)
      answer(result)
    }
    let back = loop.reply { [self] (result: Result<Configuration, Failure>) in
      switch result {
      case .failure(let failure): told(.failure(failure))
      case .success(let fresh): take(fresh, then: told)
      }
    }
    // Files may be on a disk that is slow.
    Thread("reload") { [reread] in
      back(Result { () throws(Failure) in try reread() })
    }.detach()
  }

  private func take(_ fresh: Configuration, then told: @escaping (Reloading) -> Void) {
    var report = ReloadReport()
    let next: Configuration
    do throws(Failure) {
      next = try configuration.adopting(fresh, &report)
    } catch {
      return told(.failure(error))
    }
    let contents = kernel.contents
    reloader.reload(
      then: loop.reply { [self] (result: Result<Void, Failure>) in
        if case .failure(let failure) = result { return told(.failure(failure)) }
        report.note(ToolsChanges(from: contents, to: kernel.contents))
        configuration = next
        log.change(to: next.logLevel)
        server.origins = next.origins
        admit()
        told(.success(report))
      })
  }

  /// Lets in whom the configuration says.
  func admit() {
    api.admit(
      configuration.access, perMinute: configuration.rateLimit,
      ofMachines: configuration.machines.requestsPerMinute,
      behind: TrustedProxies(configuration.trustedProxies))
  }

  private func tell(of result: Reloading) {
    switch result {
    case .failure(let failure):
      log.error(
        "nothing was reloaded, and what held before holds", ["error": failure.description])
    case .success(let report):
      var fields: [String: String] = [:]
      for (name, entries) in report.lists where !entries.isEmpty {
        fields[name] = entries.joined(separator: ", ")
      }
      log.info("reloaded", fields)
    }
  }
}

extension Configuration {
  /// This one with what a node that runs takes over from `fresh`. Refuses what must not be served
  /// where it listens now.
  func adopting(
    _ fresh: Configuration, _ report: inout ReloadReport
  ) throws(Failure) -> Configuration {
    var next = self
    for setting in Setting.all where setting.show(self) != setting.show(fresh) {
      if let adopt = setting.adopt {
        adopt(&next, fresh)
        report.settings.append(setting.name)
      } else {
        report.needingRestart.append(setting.name)
      }
    }
    // The key in a file may be another while the file's name is the same.
    if apiKey != fresh.apiKey, !report.settings.contains("PROVIDER_API_KEY") {
      report.settings.append("PROVIDER_API_KEY")
    }
    next.apiKey = fresh.apiKey
    next.keys = fresh.keys
    report.keysAdded = fresh.keys.filter { !keys.contains($0) }.map(\.name)
    report.keysRemoved = keys.filter { !fresh.keys.contains($0) }.map(\.name)
    report.warnings = fresh.warnings
    try next.check()
    return next
  }
}

extension ReloadReport {
  fileprivate mutating func note(_ changes: ToolsChanges) {
    pluginsAdded = changes.added.map(\.name)
    pluginsChanged = changes.changed.map(\.name)
    pluginsRemoved = changes.removed.map(\.name)
    pluginsRefused = changes.refused.map { "\($0.file): \($0.failure.message)" }
  }
}
