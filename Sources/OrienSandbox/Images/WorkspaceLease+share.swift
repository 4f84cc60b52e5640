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
    with user: UInt32?, as name: @autoclosure () -> String,
    then: @escaping (Result<SharedPlace?, Failure>) -> Void
  ) {
    guard let image = state.session.image, let images = workspaces.images else {
      return then(.success(SharedPlace(path: workspace.path, user: User.current)))
    }
    guard let user else { return then(.success(nil)) }
    let name = name()
    lent.append(name)
    images.lend(image, to: user, as: name) { result in
      then(result.map { SharedPlace(path: $0, user: user) })
    }
  }

  /// Shows the workspace at one of a plugin's places as well, as `user`'s, until the stay ends.
  /// Answers with the place's path.
  package func show(
    at path: String, of plugin: String, with user: UInt32, readsOnly: Bool,
    then: @escaping (Result<String, Failure>) -> Void
  ) {
    guard let image = state.session.image, let images = workspaces.images else {
      return then(
        .failure(
          Failure(.unavailable, "workspace-not-lent", "the workspace is a folder, and not lent")))
    }
    do throws(Failure) {
      let name = try workspaces.places.claim(path, of: plugin)
      lent.append(name)
      images.lend(
        image, to: user, as: name, readsOnly ? [.atPlace, .readsOnly] : .atPlace, then: then)
    } catch {
      then(.failure(error))
    }
  }

  /// Takes back what was lent, and goes on then.
  func takeBack(_ then: @escaping () -> Void) {
    guard let name = lent.popLast(), let image = state.session.image,
      let images = workspaces.images
    else { return then() }
    images.takeBack(image, lent: name) { [self] in takeBack(then) }
  }
}
