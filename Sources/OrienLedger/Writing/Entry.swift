import OrienModel
import OrienSystem

/// One thing to be written, with the way its answer takes. What is written in one transaction may
/// be rolled back and applied once more, in the same order.
struct Entry: Sendable {
  let need: Need
  let sentAt: Instant
  /// Writes, and makes the answer that is sent once the transaction is on the disk.
  let apply: @Sendable (Writer) throws(DatabaseError) -> Answer
  /// The answer where nothing was written.
  let refuse: @Sendable (Failure) -> Answer

  /// What happens to it while the disk is full.
  enum Need: Sendable {
    /// It is refused: whoever asked for something new can be told so.
    case room
    /// It waits until there is room: what was promised is kept.
    case certainty
  }
}
