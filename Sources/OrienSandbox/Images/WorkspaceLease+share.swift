package import OrienModel
import OrienSystem

/// A workspace as a daemon of this machine can mount it; the node itself never opens one by its path.
package struct SharedPlace: Sendable, Equatable {
  package let path: String
  /// Whose its files are there.
  package let user: UInt32
}

extension WorkspaceLease {
  /// Where a daemon finds the workspace until the stay ends. One that is an image nobody else sees:
  /// it is lent under `name`, its files being `user`'s there, and without a `user` it is not, and the
  /// answer is nil. What is lent programs may write to, as `watch` has it.
  package func share(
    with user: UInt32?, as name: String, then: @escaping (Result<SharedPlace?, Failure>) -> Void
  ) {
    guard let image = state.session.image, let images = workspaces.images else {
      return then(.success(SharedPlace(path: workspace.path, user: User.current)))
    }
    guard let user else { return then(.success(nil)) }
    lent = name
    images.lend(image, to: user, as: name) { result in
      then(result.map { SharedPlace(path: $0, user: user) })
    }
  }

  /// Takes back what was lent, and goes on then.
  func takeBack(_ then: @escaping () -> Void) {
    guard let lent, let image = state.session.image, let images = workspaces.images else {
      return then()
    }
    self.lent = nil
    images.takeBack(image, lent: lent, then: then)
  }
}
