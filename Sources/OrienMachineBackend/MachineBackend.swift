package import OrienKit

/// What has machines: each of these is an operation of vm/1, and throws the failures of its page.
package protocol MachineBackend: Sendable {
  /// What is known of the engine, whether it can be asked or not.
  func probe(_ call: borrowing Call) throws(Failure) -> JSON
  /// Makes one that is not there yet, and returns once its SSH can be asked for.
  func launch(_ order: MachineOrder, _ call: borrowing Call) throws(Failure) -> JSON
  func list(_ call: borrowing Call) throws(Failure) -> [JSON]
  func info(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON
  func start(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON
  func stop(_ name: String, _ call: borrowing Call) throws(Failure) -> JSON
  /// False where there was none.
  func delete(_ name: String, _ call: borrowing Call) throws(Failure) -> Bool
}
