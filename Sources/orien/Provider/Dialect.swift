import OrienSystem

/// As whose provider the program was called, by the name that it has: those of two other systems do
/// the same work under theirs.
enum Dialect: Sendable, Equatable {
  case orien
  /// `golem-provider`: commands, port and answers of that system where they differ.
  case golem

  /// Where it listens when nobody says.
  var port: UInt16 { self == .golem ? 7466 : 4000 }
}

extension Environment {
  var dialect: Dialect { programName == "golem-provider" ? .golem : .orien }
}
