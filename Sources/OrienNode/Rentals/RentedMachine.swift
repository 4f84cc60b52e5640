import OrienModel
import OrienSystem

/// One machine on the loop: what is kept of it, and what is being done.
final class RentedMachine {
  /// As it is on the disk: what others see.
  var record: Rental
  /// As it was sent there last.
  var next: Rental
  /// Something is being done for it; nothing else begins meanwhile.
  var isBusy = true
  /// It is busy with nothing but waiting for what its backend has of it.
  var waits = false
  /// Nobody has asked for its end.
  var isWanted = true
  var attempts = 0
  var retry: Timer?
  /// How many times in a row its backend has not known it.
  var missed = 0
  var whenMade: [(Result<Rental, Failure>) -> Void] = []
  var whenTurned: [(Result<Rental, Failure>) -> Void] = []
  var whenGone: [(Result<Rental, Failure>) -> Void] = []

  init(_ record: Rental) {
    self.record = record
    next = record
  }

  var id: String { record.id }

  func note(number: Int64) {
    record.number = number
    next.number = number
  }

  /// Its port has been seen to be open.
  func noteOpen() {
    record.isOpen = true
    next.isOpen = true
  }

  func answerMade(_ result: Result<Rental, Failure>) {
    let waiting = whenMade
    whenMade = []
    for body in waiting { body(result) }
  }

  func answerTurned(_ result: Result<Rental, Failure>) {
    let waiting = whenTurned
    whenTurned = []
    for body in waiting { body(result) }
  }

  func answerGone(_ result: Result<Rental, Failure>) {
    let waiting = whenGone
    whenGone = []
    for body in waiting { body(result) }
  }
}
