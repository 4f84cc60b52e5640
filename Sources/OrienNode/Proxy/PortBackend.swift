package import OrienKernel
package import OrienModel
package import OrienSystem

/// Which proxy the operator wants: PROXY_BACKEND.
package enum PortBackend: Hashable, Sendable {
  /// The backend of `proxy/1` where it says that it can, else the node's own.
  case auto
  /// The node's own.
  case tcp
  /// That backend, by what its engine is called, and no other.
  case engine(String)

  /// As the setting has it.
  package init?(_ text: String) {
    switch text {
    case "auto": self = .auto
    case "tcp": self = .tcp
    default:
      let isName = text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
      }
      guard isName, (1...32).contains(text.utf8.count) else { return nil }
      self = .engine(text)
    }
  }

  package var text: String {
    switch self {
    case .auto: "auto"
    case .tcp: "tcp"
    case .engine(let name): name
    }
  }
}

extension PortBackend {
  /// What is to lend ports.
  package enum Choice: Sendable {
    /// The node's own, and why no backend does; nil where none was asked for.
    case tcp(because: Failure?)
    case role(engine: String)
  }

  /// Asks the backend whether it can. Fails where the operator wants one that is not to be had: who
  /// chose it does not get another unasked. Answers on the loop, never before this returns.
  package func choose(
    of kernel: Kernel, on loop: Loop, then answer: @escaping (Result<Choice, Failure>) -> Void
  ) {
    guard self != .tcp else {
      return loop.soon { answer(.success(.tcp(because: nil))) }
    }
    kernel.perform("probe", of: RolePortProxy.role, .object([])) { [self] result in
      switch (result.flatMap(Self.engine), self) {
      case (.success(let found), .engine(let wanted)) where found != wanted:
        answer(
          .failure(
            Failure(
              .unavailable, "no-backend",
              "PROXY_BACKEND=\(wanted), and the backend of \(RolePortProxy.role) is \(found)")))
      case (.success(let found), _): answer(.success(.role(engine: found)))
      case (.failure(let failure), .auto): answer(.success(.tcp(because: failure)))
      case (.failure(let failure), _): answer(.failure(failure))
      }
    }
  }

  /// What it calls its engine, where that can be used now.
  private static func engine(_ probe: JSON) -> Result<String, Failure> {
    guard let engine = probe["engine"]?.string, probe["available"]?.bool == true else {
      let reason = probe["reason"]?.string ?? "it does not say why"
      return .failure(Failure(.unavailable, "backend-unavailable", reason))
    }
    return .success(engine)
  }
}
