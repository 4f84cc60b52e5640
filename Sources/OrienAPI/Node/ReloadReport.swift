import OrienModel

/// What reading configuration, keys and plugins anew has changed.
package struct ReloadReport: Sendable {
  /// Settings that hold now.
  package var settings: [String] = []
  /// Settings that were changed and hold from the next start on.
  package var needingRestart: [String] = []
  package var keysAdded: [String] = []
  package var keysRemoved: [String] = []
  package var pluginsAdded: [String] = []
  package var pluginsChanged: [String] = []
  package var pluginsRemoved: [String] = []
  /// With the reason.
  package var pluginsRefused: [String] = []
  package var warnings: [String] = []

  package init() {}

  /// By the names that the interface and the log have for them.
  package var lists: [(name: String, entries: [String])] {
    [
      ("settings", settings), ("needingRestart", needingRestart), ("keysAdded", keysAdded),
      ("keysRemoved", keysRemoved), ("pluginsAdded", pluginsAdded),
      ("pluginsChanged", pluginsChanged), ("pluginsRemoved", pluginsRemoved),
      ("pluginsRefused", pluginsRefused), ("warnings", warnings),
    ]
  }
}

extension JSONWriter {
  mutating func writeReload(_ report: ReloadReport) {
    object { writer in
      for (name, entries) in report.lists {
        writer.array(name) { writer in for entry in entries { writer.write(entry) } }
      }
    }
  }
}
