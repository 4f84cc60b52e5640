@testable import OrienModel

/// What the body throws; nil where it throws nothing.
func failure(_ body: () throws -> some Any) -> Failure? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as! Failure?
  }
}

func reason(_ body: () throws -> some Any) -> String? { failure(body)?.reason }
