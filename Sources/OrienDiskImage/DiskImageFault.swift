/// Why a file is no disk that a machine may have: a sentence for whoever brought it.
package struct DiskImageFault: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
