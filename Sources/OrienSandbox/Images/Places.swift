package import OrienModel
import OrienSystem

/// Places at which a workspace may be lent to a daemon that has mounted them before anybody knew
/// whose it would be. Each shows one workspace, of one call, and is gone with it. Belongs to the
/// loop's thread.
package final class Places {
  /// A daemon has each of them mounted.
  private static let most = 64
  private static let digits = Array("0123456789abcdef".utf8)

  private let images: Images?
  /// Those that show nothing yet, by their paths: their names, and the plugins that they are of.
  private var vacant: [String: (name: String, plugin: String)] = [:]
  /// Their paths, the oldest first.
  private var ages: [String] = []

  init(_ images: Images?) { self.images = images }

  private static let missing = Failure(
    .notFound, "no-place", "there is no such place, or it has shown a workspace")

  /// Answers with its path.
  package func make(for plugin: String, then: @escaping (Result<String, Failure>) -> Void) {
    guard let images, images.isUsable else {
      return then(
        .failure(
          Failure(
            .unavailable, "workspace-not-lent",
            "workspaces are no images here, and only these can be lent at a place")))
    }
    // Nobody who is shown a workspace there has a file of that name.
    let name = "place-" + Self.randomDigits()
    images.makePlace(name) { [self] result in
      if case .success(let path) = result {
        vacant[path] = (name, plugin)
        ages.append(path)
        removeOldest(by: images)
      }
      then(result)
    }
  }

  /// Removes all of the plugin's that show nothing, but for these.
  package func clear(of plugin: String, keeping kept: Set<String>, then: @escaping () -> Void) {
    let names = ages.filter { !kept.contains($0) }.compactMap { take($0, of: plugin) }
    remove(names[...], then: then)
  }

  private func remove(_ names: ArraySlice<String>, then: @escaping () -> Void) {
    guard let images, let name = names.first else { return then() }
    images.removePlace(name) { [self] in remove(names.dropFirst(), then: then) }
  }

  /// Its name, for the one workspace that it is to show.
  func claim(_ path: String, of plugin: String) throws(Failure) -> String {
    guard let name = take(path, of: plugin) else { throw Self.missing }
    return name
  }

  /// What is not cleared does not fill the machine with mounts.
  private func removeOldest(by images: Images) {
    while ages.count > Self.most {
      let path = ages[0]
      if let name = take(path, of: vacant[path]?.plugin ?? "") { images.removePlace(name) {} }
    }
  }

  private func take(_ path: String, of plugin: String) -> String? {
    guard vacant[path]?.plugin == plugin else { return nil }
    ages.removeAll { $0 == path }
    return vacant.removeValue(forKey: path)?.name
  }

  private static func randomDigits() -> String {
    String(decoding: (0..<32).map { _ in digits[Int.random(in: 0..<16)] }, as: UTF8.self)
  }
}
