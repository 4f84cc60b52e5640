import OrienModel
import OrienPlugins

/// How a tool or a plugin is, in one word and, where that is not `ready`, in a sentence.
struct Standing: Equatable {
  enum Name: String {
    case ready, unavailable, quarantined, stuck, closed, refused
  }

  var name: Name
  var reason: String?
}

extension Standing {
  /// Of a tool whose plugin is in that state, and which cannot be called now for `trouble`.
  init(of plugin: Plugin.State, _ trouble: Failure?) {
    guard let trouble else {
      self.init(name: .ready)
      return
    }
    // Its plugin may be well, and what the tool needs beside it not there; of a stuck plugin's tools
    // some may go on.
    let name = plugin.standing.name
    self.init(name: name == .ready ? .unavailable : name, reason: trouble.message)
  }
}

extension Plugin.State {
  var standing: Standing {
    switch self {
    case .ready: Standing(name: .ready)
    case .unavailable(let failure): Standing(name: .unavailable, reason: failure.message)
    case .quarantined(let failure): Standing(name: .quarantined, reason: failure.message)
    case .stuck(let threads):
      Standing(name: .stuck, reason: "\(threads) of its calls have not returned")
    case .closed: Standing(name: .closed)
    }
  }
}
