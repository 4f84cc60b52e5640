internal import CCurl

/// The time, and waiting, for who waits between requests and links nothing else that could.
package enum Pause {
  /// True where `stop` polled readable before the time was over.
  package static func wait(milliseconds: Int, orUntil stop: Int32?) -> Bool {
    ccurl_wait(nil, 0, stop ?? -1, Int32(clamping: milliseconds)) & Int32(CCURL_STOPPED) != 0
  }

  /// Milliseconds of a clock that only runs forward.
  package static var now: UInt64 { ccurl_now() }
}
