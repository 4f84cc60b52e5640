package import OrienModel

/// What a plugin asks of its programs that outlive it, copied out of its memory.
package enum LastingRequest: Sendable, Equatable {
  /// The limits are its own, not its call's.
  case start(LastingName, Command, Limits)
  case stop(LastingName, graceMilliseconds: UInt64)
  case status(LastingName)
  case output(LastingName)
  /// Those that begin with the prefix and come after `after`, as many as fit into `bytes` when each
  /// takes one more for its end.
  case list(prefix: String, after: String?, bytes: UInt64)
}

/// What it is answered; each request has one of its own.
package enum LastingAnswer: Sendable, Equatable {
  case done
  case status(LastingStatus)
  case output([UInt8])
  case names([String])
}

/// A plugin as the node knows it that is asked to do something for one of its loads.
package struct PluginIdentity: Sendable {
  package let id: String
  /// Of its files in `tools.d`, without what comes after the dot.
  package let name: String
  package let manifest: Manifest
  /// Its own folder, as the node has it; nil where it has none.
  package let folder: String?
}

extension Plugin {
  package var identity: PluginIdentity {
    PluginIdentity(id: id, name: name, manifest: manifest, folder: folder)
  }
}
