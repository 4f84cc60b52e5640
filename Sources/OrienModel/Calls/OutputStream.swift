/// Where the bytes that a call emits go. The numbers are the ABI's.
package enum OutputStream: UInt32, Sendable, CaseIterable {
  case output = 1, errors, event, fact
}
