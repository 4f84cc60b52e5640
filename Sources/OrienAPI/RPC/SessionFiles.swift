import OrienModel
import OrienSandbox
import OrienSystem

/// A file of a session as a method wants it: whole.
struct SessionFile {
  var path: FolderPath
  var bytes: [UInt8]

  /// Fails where it is no UTF-8.
  var text: Result<String, Failure> {
    String(validating: bytes, as: UTF8.self).map { .success($0) }
      ?? .failure(Failure(.invalid, "not-text", "\(path): expected UTF-8 text"))
  }
}

/// Reads files of a session one after the other, all of them or none. Belongs to the loop; alive until
/// it has answered.
final class SessionFiles {
  /// Of all files of one call.
  private static let mostBytes: UInt64 = 32 << 20

  private let workspaces: Workspaces
  private let workspace: Workspace
  private let answer: (Result<[SessionFile], Failure>) -> Void
  private var files: [SessionFile] = []
  private var room = mostBytes

  static func read(
    _ paths: [FolderPath], of session: SessionKey, by api: API,
    then answer: @escaping (Result<[SessionFile], Failure>) -> Void
  ) {
    api.workspaces.open(session, creating: false) { [workspaces = api.workspaces] result in
      switch result {
      case .failure(let failure): answer(.failure(failure))
      case .success(let workspace):
        SessionFiles(workspaces, workspace, answer).read(paths[...])
      }
    }
  }

  private init(
    _ workspaces: Workspaces, _ workspace: Workspace,
    _ answer: @escaping (Result<[SessionFile], Failure>) -> Void
  ) {
    self.workspaces = workspaces
    self.workspace = workspace
    self.answer = answer
  }

  private func read(_ paths: ArraySlice<FolderPath>) {
    guard let path = paths.first else { return answer(.success(files)) }
    workspaces.download(path, in: workspace) { [self] result in
      switch result {
      case .failure(let failure): answer(.failure(failure))
      case .success(let download):
        guard download.bytes <= room else {
          let most = "more than \(Self.mostBytes) bytes together"
          return answer(
            .failure(Failure(.tooLarge, "file-too-large", "\(path): is too long, or \(most)")))
        }
        room -= download.bytes
        take(path, download, then: paths.dropFirst())
      }
    }
  }

  private func take(
    _ path: FolderPath, _ download: FileDownload, then rest: ArraySlice<FolderPath>
  ) {
    guard download.bytes > 0 else {
      files.append(SessionFile(path: path, bytes: []))
      return read(rest)
    }
    download.next(atMost: Int(clamping: download.bytes)) { [self] result in
      switch result {
      case .failure(let failure): answer(.failure(failure))
      case .success(let bytes):
        files.append(SessionFile(path: path, bytes: bytes))
        read(rest)
      }
    }
  }
}
