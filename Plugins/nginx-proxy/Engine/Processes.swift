internal import OrienKit

/// The processes of the nginx that we mean: the one whose number is in its file.
struct Processes: Equatable {
  let master: Int
  /// Those that take connections; not those that only end what they have.
  let workers: Set<Int>

  /// Of what `ps -C nginx -o pid=,ppid=,args=` says. Nil where the number is of no master of nginx's:
  /// it has ended, and another program may have the number now, which must get no signal.
  init?(_ listing: String, master: Int) {
    var isThere = false
    var workers: Set<Int> = []
    for line in listing.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, let pid = Int(words[0]), let parent = Int(words[1]) else { continue }
      let title = words[2].trimmed
      if pid == master, title.hasPrefix("nginx: master process") { isThere = true }
      if parent == master, title == "nginx: worker process" { workers.insert(pid) }
    }
    guard isThere else { return nil }
    self.master = master
    self.workers = workers
  }

  var all: Set<Int> { workers.union([master]) }
}

extension Substring {
  /// Without spaces at its ends.
  var trimmed: Substring {
    var rest = self
    while rest.last == " " || rest.last == "\n" { rest.removeLast() }
    while rest.first == " " { rest.removeFirst() }
    return rest
  }
}
