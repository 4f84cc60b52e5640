import OrienHTTP
import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

extension Endpoint {
  private static let unknown = Answer.problem(.notFound, "No such session or file")
  private static let wrongPath = Answer.problem(.badRequest, "The session's id or the path is none")
  private static let closed = Answer.problem(
    .forbidden, "A file's or folder's mode forbids this, or a proxy asks and the node has no key")
  private static let changing = Answer.problem(
    .conflict, "Something of the path is a folder, runs, or was changed meanwhile")

  static let sessions: [Endpoint] = [
    Endpoint(
      .get, "/sessions/{sessionId}", "A session, and what pays for it.",
      answers: [.json("As it is now", "Session"), wrongPath, unknown] + .disk
    ) { api, inquiry throws(Failure) in try api.showSession(inquiry) },
    Endpoint(
      .delete, "/sessions/{sessionId}/workspace", "Remove a session with all its files.",
      query: [
        Query(
          name: "force", summary: "Cancel what runs in it first",
          schema: Query.flag)
      ],
      answers: [
        .json("Nothing of it is left; nor is anything of one that never was", "Removed"), wrongPath,
        .problem(.conflict, "A call runs in it, or something of it cannot be removed"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.removeWorkspace(inquiry) },
    Endpoint(
      .get, "/sessions/{sessionId}/files", "List the files of a session.",
      answers: [.json("Its files", "FileList"), wrongPath, unknown] + .disk
    ) { api, inquiry throws(Failure) in try api.listFiles(inquiry) },
    Endpoint(
      .put, "/sessions/{sessionId}/files/{path...}",
      "Send a file into a session, which is made where there is none.", body: .bytes,
      answers: [
        .json("A new file", "StoredFile", status: .created),
        .json("A file in place of another", "StoredFile"),
        wrongPath, closed, unknown, changing,
        .problem(.contentTooLarge, "The file is larger than one may be"),
        .problem(.tooManyRequests, "The node's disk is behind"),
        .problem(.insufficientStorage, "The workspace, or the node, has no room for it"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.receiveFile(inquiry) },
    Endpoint(
      .get, "/sessions/{sessionId}/files/{path...}", "A file of a session.",
      answers: [
        .other("application/octet-stream", "Its bytes"), wrongPath, closed, unknown, changing,
        .problem(.contentTooLarge, "The file is larger than one may be"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.sendFile(inquiry) },
    Endpoint(
      .delete, "/sessions/{sessionId}/files/{path...}", "Remove a file of a session.",
      answers: [.json("It is gone", "Removed"), wrongPath, closed, unknown, changing] + .disk
    ) { api, inquiry throws(Failure) in try api.removeFile(inquiry) },
  ]
}

extension API {
  func removeWorkspace(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("force")
    let session = try inquiry.session()
    kernel.removeWorkspace(of: session, force: try inquiry.flag("force")) { result in
      inquiry.answerRemoval(result, "Workspace cleaned up")
    }
  }

  func listFiles(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    open(try inquiry.session(), inquiry) { [self] workspace in
      workspaces.list(workspace) { result in
        switch result {
        case .failure(let failure): inquiry.exchange.fail(failure)
        case .success(let listing):
          inquiry.exchange.answer { writer in writer.writeListing(listing) }
        }
      }
    }
  }

  func removeFile(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let path = try inquiry.path()
    open(try inquiry.session(), inquiry) { [self] workspace in
      workspaces.removeFile(path, in: workspace) { result in
        inquiry.answerRemoval(result, "File removed")
      }
    }
  }

  /// Opens a session that is there and hands it on, or answers why not.
  func open(
    _ session: SessionKey, creating: Bool = false, _ inquiry: Inquiry,
    then body: @escaping (Workspace) -> Void
  ) {
    workspaces.open(session, creating: creating) { result in
      switch result {
      case .success(let workspace): body(workspace)
      case .failure(let failure): inquiry.exchange.fail(failure)
      }
    }
  }
}

extension Inquiry {
  func path() throws(Failure) -> FolderPath { try FolderPath(parameters["path"]) }

  fileprivate func answerRemoval(_ result: Result<Void, Failure>, _ message: String) {
    switch result {
    case .failure(let failure): exchange.fail(failure)
    case .success:
      exchange.answer { writer in
        writer.object { writer in
          writer.field("success", true)
          writer.field("message", message)
        }
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func writeListing(_ listing: FileListing) {
    object { writer in
      writer.array("files") { writer in
        for file in listing.files {
          writer.object { writer in
            writer.name("name")
            writer.write(repairing: file.path.bytes)
            writer.field("size", file.bytes)
            writer.field("sha256", file.sha256)
            writer.field("kind", file.kind.name)
            writer.field("modifiedAt", file.modifiedAt)
          }
        }
      }
      writer.field("truncated", listing.isTruncated)
    }
  }
}
