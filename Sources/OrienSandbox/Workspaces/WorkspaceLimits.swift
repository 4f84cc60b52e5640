/// What workspaces may take, one by one and together. The defaults are those of a node that nobody
/// has configured.
package struct WorkspaceLimits: Sendable {
  /// Of one workspace. Held by its image; where it is none by counting: uploads exactly, programs a
  /// moment late.
  package var usage = DiskUsage(bytes: 1 << 30, files: 100_000)
  /// Of all workspaces together.
  package var totalBytes: UInt64 = 20 << 30
  /// Of one file that is sent to the node.
  package var uploadBytes: UInt64 = 256 << 20
  /// Sessions at once.
  package var sessions = 10_000
  /// After so long without use a session and its workspace are removed.
  package var idle: Duration = .seconds(24 * 3600)
  /// Folders of idle workspaces that are kept open, each a descriptor.
  package var openFolders = 256
  /// After so long without use an image is unmounted.
  package var mounted: Duration = .seconds(300)
  /// What an image may have of the disk for nothing before it is given back.
  package var wastedBytes: UInt64 = 64 << 20
  /// Files that a listing names, and bytes that it reads for their hashes.
  package var listedFiles = 10_000
  package var hashedBytes: UInt64 = 256 << 20

  /// What a call's artifacts may be: names of them, and bytes of all together.
  package var artifacts = 1000
  package var artifactBytes: UInt64 = 64 << 20

  package init() {}
}
