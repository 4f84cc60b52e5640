internal import OrienDiskImage
internal import OrienKit

/// The disks that machines are made from, which the operator has added by name.
struct ImageShelf: Sendable {
  private let files: Files
  /// Of callers who name none.
  private let usual: String

  init(in folder: String, usual: String) {
    files = Files(folder: folder)
    self.usual = usual
  }

  /// Their names.
  func names() throws(Failure) -> [String] {
    try files.names(in: DiskImageName.folder).filter { $0.hasSuffix(DiskImageName.suffix) }
      .map { String($0.dropLast(DiskImageName.suffix.count)) }
      .filter { (try? DiskImageName($0)) != nil }.sorted()
  }

  struct Image: Sendable, Equatable {
    let name: String
    /// From the plugin's folder.
    let file: String
    let diskBytes: Int
  }

  /// The image that a caller wants, looked at again: what lies there is opened only where it stands
  /// alone.
  func image(_ wanted: String) throws(Failure) -> Image {
    let name: DiskImageName
    do throws(DiskImageFault) {
      name = try DiskImageName(wanted.isEmpty ? usual : wanted)
    } catch {
      throw Failure(.invalid, "args.image: \(error)", reason: "unknown-image")
    }
    let file = "\(DiskImageName.folder)/\(name.file)"
    guard let bytes = try files.start(of: file, atMost: Qcow2Header.bytes) else {
      let all = try names()
      throw Failure(
        .invalid,
        "args.image: there is no image '\(name.text)'; there are: "
          + (all.isEmpty ? "none, orien vm image add brings one" : all.joined(separator: ", ")),
        reason: "unknown-image")
    }
    do throws(DiskImageFault) {
      let header = try Qcow2Header(bytes)
      return Image(name: name.text, file: file, diskBytes: Int(clamping: header.diskBytes))
    } catch {
      throw Failure(.unavailable, "image '\(name.text)': \(error)", reason: "bad-image")
    }
  }
}
