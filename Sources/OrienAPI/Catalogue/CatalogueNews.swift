import OrienKernel
import OrienModel
import OrienPlugins
import OrienSystem

/// What has changed among the plugins, for those who follow it: the last of it, each with its number.
/// Belongs to the loop.
final class CatalogueNews {
  private let kernel: Kernel
  private(set) var log = EventLog()
  let observers = Observers()
  /// Tells the numbers of this node from those of the one before it.
  private let node = String(hex: Random.bytes(8))
  /// What was told of.
  private var contents: ToolsContents
  /// Of each plugin that is not ready, by its file's name.
  private var standings: [String: Standing.Name] = [:]
  private var timer: Timer?

  init(of kernel: Kernel) {
    self.kernel = kernel
    contents = kernel.contents
  }

  /// Nothing more comes.
  var isOver: Bool { kernel.isDraining }

  /// Looks now and then, for as long as somebody follows: nobody says when a plugin's rest is over
  /// or its threads come back.
  func keepLooking(every interval: Duration, on loop: Loop) {
    guard timer == nil else { return }
    timer = loop.schedule(after: interval) { [weak self] in
      guard let self else { return }
      timer = nil
      guard !observers.isEmpty else { return }
      look()
      keepLooking(every: interval, on: loop)
    }
  }

  /// Looks whether anything is not as it was told, and tells that.
  func look() {
    let fresh = kernel.contents
    let changes = ToolsChanges(from: contents, to: fresh)
    contents = fresh
    let now = fresh.plugins.map { ($0, $0.state.standing.name) }
    let moved = now.filter { $1 != standings[$0.name] ?? .ready }.map(\.0)
    standings = [:]
    for (plugin, name) in now where name != .ready { standings[plugin.name] = name }
    if !changes.isEmpty || !moved.isEmpty {
      var writer = JSONWriter()
      writer.write(changes, moved: moved, kernel.catalogue)
      log.append(writer.bytes)
    }
    if !changes.isEmpty || !moved.isEmpty || isOver { observers.tell() }
  }

  /// The id of the last event before number `next`.
  func id(before next: Int) -> String { "\(node)-\(next)" }

  /// The number of the event to go on with behind that id; nil where it is no longer known what
  /// came behind it. Failures are ids of no such stream.
  func next(after id: String) throws(Failure) -> Int? {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == node.utf8.count,
      parts[0].utf8.allSatisfy(\.isLowercaseHexDigit), parts[1].utf8.allSatisfy(\.isASCIIDigit),
      let next = Int(parts[1])
    else { throw EventPlace.isNone }
    guard parts[0] == node, next <= log.count, log.number(of: next) == next else { return nil }
    return next
  }
}

extension UInt8 {
  fileprivate var isLowercaseHexDigit: Bool {
    isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
  }
}

extension JSONWriter {
  fileprivate mutating func write(
    _ changes: ToolsChanges, moved: [Plugin], _ catalogue: Catalogue
  ) {
    object { writer in
      let lists = [
        ("added", changes.added), ("changed", changes.changed), ("states", moved),
      ]
      for (name, plugins) in lists {
        writer.array(name) { writer in
          for plugin in plugins { writer.writeNews(of: plugin, catalogue) }
        }
      }
      writer.array("removed") { writer in
        for plugin in changes.removed { writer.writeGone(plugin.name + ".so", plugin.id) }
        for refused in changes.forgotten { writer.writeGone(refused.file, refused.id) }
      }
      writer.array("refused") { writer in
        for refused in changes.refused { writer.writeRefused(refused) }
      }
    }
  }

  private mutating func writeGone(_ file: String, _ id: String?) {
    object { writer in
      writer.field("file", file)
      writer.field("id", id)
    }
  }
}
