import OrienModel

/// Whatever rules a plugin declares and whatever a caller sends, checking ends with arguments or
/// with named faults; and what was checked is, checked once more, the same.
///
/// The first byte is the argument's kind and whether it is required and secret; up to the first
/// line's end stand its rules, behind it the object of arguments.
@c(LLVMFuzzerTestOneInput)
public func checkArguments(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let bytes = UnsafeBufferPointer(start: start + 1, count: count - 1)
  let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
  let kinds = Argument.Kind.allCases
  guard parts.count == 2,
    let argument = try? Argument(
      declaring: "value", kind: kinds[Int(start[0] & 7) % kinds.count],
      isRequired: start[0] & 8 != 0, isSecret: start[0] & 16 != 0,
      rules: String(decoding: parts[0], as: UTF8.self))
  else { return 0 }
  var schema = JSONWriter()
  schema.writeInputSchema(of: [argument])
  precondition((try? JSON(parsing: schema.bytes)) != nil, "the schema is no JSON")

  guard let object = try? JSON(parsing: Array(parts[1])) else { return 0 }
  do throws(Failure) {
    let checked = try CheckedArguments(checking: object, against: [argument])
    guard let packed = try? JSON(parsing: checked.packed),
      let again = try? CheckedArguments(checking: packed, against: [argument])
    else { preconditionFailure("what was checked is refused") }
    precondition(again.packed == checked.packed, "what was checked is something else")
    precondition(checked.hasSecrets || checked.stored == checked.packed)
  } catch {
    precondition(!error.faults.isEmpty && error.faults.count <= 32, "faults without a name")
    precondition(error.faults.allSatisfy { $0.pointer.hasPrefix("/args") && !$0.message.isEmpty })
  }
  return 0
}
