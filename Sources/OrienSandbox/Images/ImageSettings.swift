import OrienModel

/// By what means workspaces are held to their bytes and files.
package enum WorkspaceQuota: Sendable, Equatable {
  /// Images where they work, else counting.
  case auto
  /// Images, or no start.
  case image
  /// What is there is counted now and then.
  case count
}

/// The images that workspaces are, as the jail's steward is told of them.
struct ImageSettings {
  /// The root of the workspaces.
  let folder: String
  let usage: DiskUsage

  /// A folder of the steward's in the root: no session's, and no stranger's.
  static let ownFolder = ".images"
  /// Where an image is mounted for a daemon of the machine's, under a name.
  func lentPath(_ name: String) -> String { "\(folder)/\(Self.ownFolder)/lent/\(name)" }

  /// As the keeper reads them.
  var arguments: [String] {
    [
      "--images", folder, "--image-bytes", "\(min(usage.bytes, UInt64(Int64.max)))",
      "--image-files", "\(min(usage.files, UInt64(Int64.max)))",
    ]
  }
}

/// The name of an image: 32 hexadecimal digits, of which its session's folder is made.
struct ImageName: Sendable {
  static let ending = ".image"
  let digits: String

  /// Of no image.
  static let none = ImageName(digits: String(repeating: "0", count: 32))

  private init(digits: String) { self.digits = digits }

  /// Nil where the folder is a plain one.
  init?(folder: String) {
    guard folder.hasSuffix(Self.ending) else { return nil }
    let digits = String(folder.dropLast(Self.ending.count))
    guard Self.isMinted(digits) else { return nil }
    self.digits = digits
  }

  static func isMinted(_ digits: String) -> Bool {
    digits.utf8.count == 32 && digits.utf8.allSatisfy(\.isLowerHexDigit)
  }
}
