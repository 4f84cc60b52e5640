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
    _ change: (inout Settings) -> Void = { _ in }, _ body: (World) throws -> Result
  ) throws -> Result {
    var settings = Settings()
    settings.libraries = try libraries.isEmpty ? [.tools()] : libraries
    change(&settings)
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

/// The failure that `body` throws.
func failure(_ body: () throws -> some Any) -> Failure? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? Failure
  }
}
