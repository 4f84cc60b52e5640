import OrienModel

@testable import OrienPlugins

/// Whatever a process that ran a plugin's code says, reading it ends with an answer or a failure;
/// an answer reads back as itself, and its listing is judged within bounds.
@c(LLVMFuzzerTestOneInput)
public func readAnswer(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let json = try? JSON(parsing: bytes), let answer = try? ScanAnswer(json) else { return 0 }
  var writer = JSONWriter()
  writer.write(answer)
  guard let again = try? ScanAnswer(JSON(parsing: writer.bytes)) else {
    preconditionFailure("what was written is refused")
  }
  precondition(again == answer, "what was written is something else")
  guard case .listed(let listing) = answer else { return 0 }
  do throws(Failure) {
    let declaration = try listing.declaration()
    precondition((1...Listing.Bounds.handlers).contains(declaration.handlers.count))
  } catch {
    precondition(error.reason == "bad-table" && !error.message.isEmpty)
  }
  return 0
}
