import OrienModel
import OrienSystem

/// What each worker may take, and how long it is kept.
package struct WorkerBounds: Sendable {
  /// That its process writes to, stacks of threads included.
  package var memoryBytes: UInt64 = 1 << 30
  /// Of a plugin that asks a server, each call at once has about ten.
  package var openFiles: UInt64 = 1024
  /// One that carries nothing is ended after so long.
  package var idlePatience = Duration.seconds(60)
  /// What close() may take.
  package var closePatience = Duration.seconds(2)

  package init() {}
}

/// What workers of one plugin are made of.
struct WorkerParts: Sendable {
  var starter: any WorkerStarter
  var bounds: WorkerBounds
  var manifest: Manifest
  var order: WorkerOrder
  /// Where calls come from and their results go; nil: nowhere that could hear a worker itself.
  var loop: Loop?
  /// No process of it begins before the one before it has ended.
  var isAlone: Bool
  var context: PluginContext
  /// What open() may take.
  var openPatience: Duration

  var slots: Int { Int(clamping: order.slots) }

  /// The library, as what is sent to the worker: nobody there needs to find it. Nil where there is none
  /// of the plugin's own.
  func openLibrary() throws(Failure) -> Descriptor? {
    guard case .library(let path) = order.code else { return nil }
    guard let slash = path.lastIndex(of: "/") else {
      preconditionFailure("libraries are kept in a folder")
    }
    let folder = try Folder(at: String(path[..<slash]))
    let library = try folder.file(FolderPath(String(path[path.index(after: slash)...])))
    // The worker may be another user, who opens it anew.
    do { try library.letAllRead() } catch { throw error.failure(path) }
    return library
  }
}
