import Glibc

/// Who this process acts as.
package enum User {
  /// The user id that files it makes belong to.
  package static var current: UInt32 { geteuid() }
}
