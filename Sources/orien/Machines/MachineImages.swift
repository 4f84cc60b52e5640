import OrienDiskImage
import OrienModel
import OrienSystem

/// The disks that machines are made from, each a file with the name that the operator gave it, in the
/// folder of the plugin that boots them.
struct MachineImages {
  struct Image {
    let name: DiskImageName
    /// Nil where what lies there is no disk that may be opened; then why.
    let diskBytes: UInt64?
    let fault: String?
    let fileBytes: UInt64
  }

  private let path: String

  init(_ invocation: Invocation) throws(Failure) {
    let state = try Configuration.load(invocation).stateFolder
    path = "\(state)/plugins/data/\(DiskImageName.plugin)/\(DiskImageName.folder)"
  }

  static func name(_ text: String) throws(Failure) -> DiskImageName {
    do throws(DiskImageFault) { return try DiskImageName(text) } catch { throw error.failure }
  }

  func folder() throws(Failure) -> Folder { try Folder(at: path, creating: true) }

  func all() throws(Failure) -> [Image] {
    guard HostFile.kind(at: path) != nil else { return [] }
    let folder = try Folder(at: path)
    var images: [Image] = []
    for file in try folder.names().sorted() where file.text.hasSuffix(DiskImageName.suffix) {
      let text = String(file.text.dropLast(DiskImageName.suffix.count))
      guard let name = try? DiskImageName(text) else { continue }
      // Machines that stand on it have it by names of their own, so that it has more than one.
      let opened = try HostFile(at: "\(path)/\(file.text)")
      let bytes = try opened.start(Qcow2Header.bytes)
      let size = UInt64(clamping: opened.status.bytes)
      let header = Result { () throws(DiskImageFault) in try Qcow2Header(bytes) }
      let image: Image
      switch header {
      case .success(let header):
        image = Image(
          name: name, diskBytes: header.diskBytes, fault: nil, fileBytes: size)
      case .failure(let fault):
        image = Image(
          name: name, diskBytes: nil, fault: fault.description, fileBytes: size)
      }
      images.append(image)
    }
    return images
  }

  /// Machines that stand on it have it by names of their own. Throws `not-found` where there is none.
  func remove(_ name: DiskImageName) throws(Failure) {
    let none = Failure(.notFound, "unknown-image", "there is no image '\(name.text)'")
    guard HostFile.kind(at: path) != nil else { throw none }
    let folder = try Folder(at: path)
    let file = try FolderPath(name.file)
    guard try folder.has(file) else { throw none }
    try folder.discard(file)
  }
}

extension HostFile {
  /// Its first bytes, as many as there are.
  fileprivate func start(_ count: Int) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var used = 0
    while used < count {
      let result = bytes.withUnsafeMutableBytes { bytes in
        Result { () throws(Failure) in
          try read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[used...]))
        }
      }
      let more = try result.get()
      if more == 0 { break }
      used += more
    }
    return Array(bytes[..<used])
  }
}

extension DiskImageFault {
  var failure: Failure { Failure(.invalid, "bad-image", description) }
}
