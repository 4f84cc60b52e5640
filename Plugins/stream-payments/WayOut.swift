internal import Glibc

/// How a plugin in a jail is told that the node passes on what its manifest allows.
enum WayOut {
  /// Nil where there is no jail around it, and the network is the machine's.
  static var proxy: String? { getenv("http_proxy").map { String(cString: $0) } }
}
