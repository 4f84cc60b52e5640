import OrienModel
import OrienPlugins
import OrienSandbox
import OrienSystem

extension Places {
  /// Only a call has a workspace, and only where its manifest has that lent.
  static let unlent = Failure(
    .unavailable, "workspace-not-lent", "there is no workspace that is lent, to be shown anywhere")

  /// What any handler of the plugin's may ask, whether it has a workspace or not.
  func answer(_ request: PlaceRequest, of plugin: Plugin, _ answer: Call.PlaceAnswer) {
    switch request {
    case .make where plugin.manifest.workspaceUser != nil:
      make(for: plugin.id) { answer.send($0) }
    case .clear(let kept):
      clear(of: plugin.id, keeping: Set(kept)) { answer.send(.success("")) }
    case .make, .show:
      answer.send(.failure(Self.unlent))
    }
  }
}
