import OrienKernel
import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

// What a start found, for whoever reads the log.

extension Node {
  /// Of what is not as it was before.
  func tell(of contents: ToolsContents, after before: ToolsContents = ToolsContents()) {
    let changes = ToolsChanges(from: before, to: contents)
    for plugin in changes.added + changes.changed {
      log.info(
        "plugin loaded",
        [
          "plugin": plugin.id, "version": plugin.version, "file": plugin.file,
          "hash": plugin.hash, "isolation": plugin.isolation.rawValue,
          "generation": "\(plugin.generation)",
        ])
    }
    for plugin in changes.removed {
      log.info("plugin removed", ["plugin": plugin.id, "file": plugin.file])
    }
    for refused in changes.refused {
      log.error(
        "plugin refused",
        ["file": refused.file, "code": refused.failure.reason, "reason": refused.failure.message])
    }
    if contents.plugins.isEmpty {
      log.warning("there are no tools", ["folder": configuration.toolsFolder])
    }
  }

  /// Of the roles that somebody meant to back, and of what nobody knows the outcome of.
  func tell(of operations: Operations) {
    for row in operations.table.rows where row.plugin != nil {
      guard case .failure(let failure) = row.backend else { continue }
      log.error("a role has no backend", ["role": row.role, "reason": failure.message])
    }
    for intent in operations.unreconciled {
      log.warning(
        "nobody knows whether an operation of the last node's happened",
        [
          "operation": intent.id, "role": intent.role, "name": intent.operation,
          "plugin": intent.plugin,
        ])
    }
  }

  /// Of what an earlier node has left running, for whoever looks for its plugin: on a thread that may
  /// wait, and not before the jail has its groups, for which the node is to be alone in its own.
  func tellOfLasting() {
    Thread("lasting") { [lasting, log] in
      do throws(Failure) {
        for key in try lasting.all() {
          guard let status = try lasting.status(key), status.isRunning else { continue }
          log.info(
            "a program that lasts runs",
            ["plugin": key.owner, "name": key.name.text, "since": status.startedAt])
        }
      } catch {
        log.warning("nobody knows whether programs last here", ["error": error.description])
      }
    }.detach()
  }

  func tell(of outcome: JailTrial.Outcome, _ capabilities: JailCapabilities?) {
    if case .unknown(let failure) = outcome {
      log.warning("the jail was not to be tried", ["error": failure.description])
    }
    guard let capabilities else { return }
    var fields = ["isolation": capabilities.isolation]
    guard let why = capabilities.whyNotHigher else {
      return log.info("programs are walled in", fields)
    }
    fields["why"] = why
    if capabilities.isolation == "none" {
      log.error("programs are not walled in: see orien doctor", fields)
    } else {
      log.info("programs are walled in less than they could be: see orien doctor", fields)
    }
  }

  func tell(of workspaces: Workspaces) {
    guard let why = workspaces.enforcement.whyNotMore else { return }
    log.warning(
      "workspaces are held to their bytes by counting, which is late", ["reason": why])
  }

  func tell(daysBeyond days: Int64?) {
    guard let days else { return }
    log.warning(
      "the newest record is older than any is kept: where the clock is wrong, set it before they go",
      ["days": "\(days)"])
  }

  func tell(of adoption: Adoption) {
    if adoption.forgotten + adoption.removedFolders > 0 {
      log.info(
        "leftover sessions were cleaned up",
        ["sessions": "\(adoption.forgotten)", "folders": "\(adoption.removedFolders)"])
    }
    for stranger in adoption.strangers {
      log.warning("not the node's own, and left alone", ["entry": stranger])
    }
  }

  func tell(of recovery: Kernel.Recovery, lost: Int) {
    guard recovery.resumed + recovery.cancelled + lost > 0 else { return }
    log.info(
      "the last node's work was taken up",
      [
        "lost": "\(lost)", "waitingAgain": "\(recovery.resumed)",
        "cancelled": "\(recovery.cancelled)",
      ])
  }
}
