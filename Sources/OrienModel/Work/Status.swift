/// Where an execution is. It moves forward only, and ends in exactly one final status.
package enum Status: String, Sendable, CaseIterable {
  case pending, running, completed, failed, timeout, cancelled, lost

  package var isFinal: Bool { self != .pending && self != .running }
}
