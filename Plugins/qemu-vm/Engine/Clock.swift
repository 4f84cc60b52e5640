internal import CQemuMachines
internal import OrienKit

/// Time, on CLOCK_MONOTONIC.
enum Clock {
  static var now: UInt64 { machines_now() }

  /// Throws where the call is cancelled meanwhile.
  static func pause(_ milliseconds: UInt64, _ call: borrowing Call) throws(Failure) {
    if machines_wait(-1, 0, call.cancelDescriptor ?? -1, now + milliseconds) < 0 {
      throw Failure(.cancelled, "the call was cancelled")
    }
  }
}
