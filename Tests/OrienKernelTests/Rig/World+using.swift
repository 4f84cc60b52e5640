import OrienKernel
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

extension World {
  /// Makes a world with the fixture of many tools, and closes it whatever becomes of the test.
  @discardableResult
  static func with<Result>(
    _ libraries: [Library] = [], after before: Scratch? = nil,
    _ change: (inout Settings) throws -> Void = { _ in }, _ body: (World) throws -> Result
  ) throws -> Result {
    var settings = Settings()
    settings.libraries = try libraries.isEmpty ? [.tools()] : libraries
    try change(&settings)
    let world = try World(settings, after: before)
    let result = Swift.Result { try body(world) }
    try world.close()
    // What comes in has gone out again.
    #expect(world.kernel.active == 0)
    #expect(world.kernel.running == world.kernel.stuck)
    #expect(world.kernel.waiting == 0)
    return try result.get()
  }

  /// Waits until an execution runs.
  func begin(_ id: ExecutionID) throws {
    try wait { (try? report(id))?.status == .running }
  }
}

extension Library {
  static func tools(concurrency: Int = 0, manifest: String? = nil) throws -> Library {
    try .fixture("tools", ["CONCURRENCY=\(concurrency)"], manifest: manifest)
  }
}

/// Expects that `body` throws a failure of that code.
///
/// In a closure nothing of the kind is written into `#expect` itself: Swift 6.3 gives a closure
/// there the symbol of another one behind it, and calls the wrong one of the two.
func expectRefusal(
  _ code: Failure.Code, _ reason: String? = nil, at place: SourceLocation = #_sourceLocation,
  _ body: () throws -> some Any
) {
  let refusal = failure(body)
  #expect(refusal?.code == code, sourceLocation: place)
  if let reason { #expect(refusal?.reason == reason, sourceLocation: place) }
}

/// The failure that `body` throws.
func failure(_ body: () throws -> some Any) -> Failure? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? Failure
  }
}
