import OrienLedger
import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

/// What a node would find beside its jail: its folders, its plugins, its addresses. Nothing of it is
/// changed.
struct NodeChecks {
  let configuration: Configuration
  let environment: Environment
  /// Where what is only looked at for a moment may be kept: in the state folder, or above it.
  let scratch: Result<TemporaryFolder, Failure>
  /// Theirs, or one on the same disk.
  let workspaces: Result<Folder, Failure>

  /// The folder at a path, or the nearest above it that is there: where it would be made.
  static func nearest(_ path: String) -> String {
    var path = path
    while HostFile.kind(at: path) != .folder, let slash = path.lastIndex(of: "/"), path != "/" {
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    return path
  }

  var all: [Check] {
    let node = runningNode
    return [settings, user, state(node), room, tools, plugins]
      + configuration.addresses.map { port($0, node) }
      + MachineChecks(
        configuration: configuration, environment: environment, hasNode: node != nil
      ).all
      + PaymentChecks(configuration: configuration, hasNode: node != nil).all
  }

  /// The process of the node that runs on the state folder; nil: none does, or nobody may see.
  private var runningNode: Int32? {
    guard let folder = try? Folder(at: configuration.stateFolder) else { return nil }
    return (try? StateFolder.user(of: folder)) ?? nil
  }

  private var settings: Check {
    let name = "settings"
    do throws(Failure) {
      var configuration = configuration
      try configuration.takeKeys()
      try configuration.check()
      try configuration.checkUser()
    } catch {
      return .bad(name, "refused by orien serve", why: error.message, remedy: "orien config show")
    }
    guard let warning = configuration.warnings.first else {
      return .ok(name, "\(configuration.origin.count) set")
    }
    return .weak(name, "\(configuration.origin.count) set", why: warning, remedy: "take it out")
  }

  private var user: Check {
    let name = "user"
    if let account = configuration.account {
      return .ok(name, "\(account.name), once root has started it")
    }
    guard User.current == 0 else { return .ok(name, "\(User.currentName), and never root") }
    let why = "whoever got hold of the node would have all of the machine"
    return configuration.runAs == .root
      ? .weak(name, "root, as RUN_AS says", why: why)
      : .weak(
        name, "root", why: why,
        remedy: "useradd --system --home-dir /var/lib/orien --shell /usr/sbin/nologin orien")
  }

  private func state(_ node: Int32?) -> Check {
    let name = "state folder"
    let path = configuration.stateFolder
    if let node { return .ok(name, "\(path), in use by a node (pid \(node))") }
    do throws(Failure) {
      _ = try scratch.get()
      guard HostFile.kind(at: path) != nil else { return .ok(name, "\(path), not made yet") }
      _ = try StateFolder.user(of: try Folder(at: path))
    } catch {
      return .bad(
        name, path, why: error.message, remedy: "set STATE_DIR to a folder of this user's")
    }
    return .ok(name, "\(path), writable and free")
  }

  private var room: Check {
    let name = "room for workspaces"
    do throws(Failure) {
      let folder = try workspaces.get()
      let free: UInt64
      do { free = try folder.freeBytes() } catch { throw error.failure(folder.path) }
      let wanted = configuration.workspaces.totalBytes
      let what = "\(free >> 20) MiB free for at most \(wanted >> 20) MiB"
      guard free < wanted else { return .ok(name, what) }
      return .weak(
        name, what, why: "the disk is full before WORKSPACES_BYTES is reached",
        remedy: "set WORKSPACES_BYTES=\(free >> 20)M")
    } catch {
      return .bad(
        name, configuration.workspaceFolder, why: error.message,
        remedy: "set WORKSPACE_ROOT to a folder of this user's")
    }
  }

  private var tools: Check {
    let (name, path) = ("tools", configuration.toolsFolder)
    do throws(Failure) {
      let names = try Folder(at: path).names()
      return .ok(name, "\(path), \(names.count) files")
    } catch {
      return .bad(name, path, why: error.message, remedy: "set TOOLS_DIR to a folder of plugins")
    }
  }

  private var plugins: Check {
    let name = "plugins"
    do throws(Failure) {
      let survey = try ToolsFolder(
        path: configuration.toolsFolder, storePath: try scratch.get().folder.path + "/plugins",
        worker: environment.sibling("orien-worker"), nodeVersion: Release.version
      ).survey()
      let what =
        "\(survey.sound.count) sound (\(survey.sound.joined(separator: ", "))), "
        + "\(survey.refused.count) refused"
      if let refused = survey.refused.first {
        return .weak(
          name, what, why: "\(refused.file): \(refused.failure.message)",
          remedy: "mend \(refused.file), or take it out of tools.d")
      }
      guard !survey.sound.isEmpty else {
        return .weak(
          name, what, why: "a node without tools sells nothing", remedy: "put plugins into tools.d")
      }
      return .ok(name, what)
    } catch {
      return .bad(name, "none", why: error.message)
    }
  }

  private func port(_ address: NetworkAddress, _ node: Int32?) -> Check {
    let name = "address"
    do throws(SystemError) {
      _ = try Listener(on: address)
      return .ok(name, "\(address) is free")
    } catch {
      if let node, error.isAddressInUse {
        return .ok(name, "\(address) is in use, with a node running (pid \(node))")
      }
      return .bad(
        name, "\(address)", why: "\(error)",
        remedy: "end who listens there, or set LISTEN or PORT to another address")
    }
  }
}
