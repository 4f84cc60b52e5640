import OrienHTTP
import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

extension Endpoint {
  private static let missing = Answer.problem(
    .notFound, "No such execution, or not yours; it has no such artifact, or that is gone")
  private static let changed = Answer.problem(
    .conflict, "It is not over yet, or the file was changed since")

  static let artifacts: [Endpoint] = [
    Endpoint(
      .get, "/executions/{executionId}/artifacts",
      "What an execution has left in its workspace, where that was asked for.",
      answers: [.json("Files, and what is none", "ArtifactList"), missing, changed] + .disk
    ) { api, inquiry throws(Failure) in try api.listArtifacts(inquiry) },
    Endpoint(
      .get, "/executions/{executionId}/artifacts.tar", "All artifacts of an execution.",
      answers: [.other("application/x-tar", "An archive of them"), missing, changed] + .disk
    ) { api, inquiry throws(Failure) in try api.sendArchive(inquiry) },
    Endpoint(
      .get, "/executions/{executionId}/artifacts/{path...}", "One artifact of an execution.",
      answers: [
        .other("application/octet-stream", "Its bytes, as the record has their hash"), missing,
        changed, .problem(.forbidden, "The file's mode forbids this, or a proxy asks"),
      ] + .disk
    ) { api, inquiry throws(Failure) in try api.sendArtifact(inquiry) },
  ]
}

extension API {
  func listArtifacts(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let id = try inquiry.execution()
    artifacts(of: id, inquiry) { artifacts, _ in
      inquiry.exchange.answer { writer in writer.writeList(artifacts, of: id) }
    }
  }

  func sendArtifact(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let path = try inquiry.path()
    artifacts(of: try inquiry.execution(), inquiry) { [self] artifacts, session in
      guard let file = artifacts[path] else {
        return inquiry.exchange.fail(
          Failure(.notFound, "no-artifact", "\(path): is no artifact of this execution"))
      }
      open(session, inquiry) { [workspaces] workspace in
        workspaces.download(file, in: workspace) { result in
          switch result {
          case .failure(let failure): inquiry.exchange.fail(failure)
          case .success(let download): FileDelivery(download, inquiry).begin()
          }
        }
      }
    }
  }

  func sendArchive(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    artifacts(of: try inquiry.execution(), inquiry) { [self] artifacts, session in
      open(session, inquiry) { [workspaces] workspace in
        // What cannot be whole is not begun.
        workspaces.check(artifacts.files, in: workspace) { result in
          switch result {
          case .failure(let failure): inquiry.exchange.fail(failure)
          case .success:
            ArchiveDelivery(artifacts.files, of: workspace, workspaces, inquiry).begin()
          }
        }
      }
    }
  }

  /// Finds what an execution has left, or answers why there is nothing to say.
  private func artifacts(
    of id: ExecutionID, _ inquiry: Inquiry, then body: @escaping (Artifacts, SessionKey) -> Void
  ) {
    kernel.report(id, for: inquiry.caller) { result in
      do throws(Failure) {
        let report = try result.get()
        guard let record = report.final else {
          throw Failure(
            .conflict, "not-final", "\(id) is \(report.status.rawValue): it has left nothing yet")
        }
        guard let bytes = record.artifacts else {
          throw Failure(
            .notFound, "not-captured",
            "nobody looked at what \(id) has left: submit with captureArtifacts to have it told")
        }
        body(try Artifacts(bytes), SessionKey(report.session, of: report.owner))
      } catch {
        inquiry.exchange.fail(error)
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func writeList(_ artifacts: Artifacts, of id: ExecutionID) {
    object { writer in
      writer.array("files") { writer in
        for file in artifacts.files {
          writer.object { writer in
            writer.write(file.path)
            writer.field("size", file.bytes)
            writer.field("sha256", file.sha256)
            // Of a name that no URL can have the archive has the bytes.
            if file.path.isInURLs {
              writer.field("href", "/executions/\(id)/artifacts/\(file.path.percentEncoded)")
            }
          }
        }
      }
      writer.array("others") { writer in
        for other in artifacts.others {
          writer.object { writer in
            writer.write(other.path)
            writer.field("kind", other.kind)
            writer.field("reason", other.reason)
          }
        }
      }
      writer.field("more", artifacts.more)
      writer.field("failure", artifacts.failure)
    }
  }
}

extension FolderPath {
  /// A request's path is UTF-8 without control characters.
  fileprivate var isInURLs: Bool {
    let bytes = bytes
    return text.utf8.elementsEqual(bytes) && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }
}
