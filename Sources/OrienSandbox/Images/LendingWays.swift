import COrienJail

/// How an image is lent, beside to whom.
struct LendingWays: OptionSet {
  let rawValue: UInt32

  /// Nobody writes to it there.
  static let readsOnly = LendingWays(rawValue: UInt32(ORIEN_JAIL_LEND_READS_ONLY))
  /// At a place that was made for it, and nowhere if that has shown something before.
  static let atPlace = LendingWays(rawValue: UInt32(ORIEN_JAIL_LEND_AT_PLACE))
}
