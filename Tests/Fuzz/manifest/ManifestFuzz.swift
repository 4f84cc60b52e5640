import OrienModel
import OrienPlugins

/// Whatever stands in a manifest, reading it ends with its word or with a refusal that names a key.
@c(LLVMFuzzerTestOneInput)
public func readManifest(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(Failure) {
    _ = try Manifest(parsing: bytes)
    precondition((try? JSON(parsing: bytes))?.members != nil, "took what is no object")
  } catch {
    precondition(error.reason == "bad-manifest" && !error.message.isEmpty)
  }
  return 0
}
