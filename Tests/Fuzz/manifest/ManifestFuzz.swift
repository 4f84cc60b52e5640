import OrienModel

@testable import OrienPlugins

/// Whatever stands in a manifest, a plugin's or a declared tool's, reading it ends with its word or
/// with a refusal that names a key.
@c(LLVMFuzzerTestOneInput)
public func readManifest(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  read(bytes) { () throws(Failure) in _ = try Manifest(parsing: bytes) }
  read(bytes) { () throws(Failure) in
    let tool = try DeclaredTool(parsing: bytes, named: "tool")
    _ = try tool.manifest.settings(of: tool.declaration())
  }
  return 0
}

private func read(_ bytes: [UInt8], _ body: () throws(Failure) -> Void) {
  do throws(Failure) {
    try body()
    precondition((try? JSON(parsing: bytes))?.members != nil, "took what is no object")
  } catch {
    precondition(error.reason == "bad-manifest" && !error.message.isEmpty)
  }
}
