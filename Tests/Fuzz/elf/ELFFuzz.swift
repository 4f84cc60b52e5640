import OrienModel
import OrienPlugins

/// Whatever a file that is called a library holds, reading its header ends, in bounded time, with
/// what it needs or with a refusal; the loader never sees the refused.
@c(LLVMFuzzerTestOneInput)
public func readLibrary(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(Failure) {
    let library = try ELFLibrary(reading: bytes)
    precondition(library.needed.allSatisfy { $0.utf8.count < 256 })
  } catch {
    precondition(["not-a-library", "not-a-plugin"].contains(error.reason), error.reason)
  }
  return 0
}
