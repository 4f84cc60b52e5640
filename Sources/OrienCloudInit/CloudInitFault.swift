/// Why something cannot be told to a machine: a sentence for whoever asked for it.
package struct CloudInitFault: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
