import OrienModel
import OrienSystem

extension Readings {
  private static let sliceBytes = 1 << 20

  func output(
    of id: ExecutionID, _ stream: OutputStream, from offset: UInt64, atMost count: Int
  ) throws(DatabaseError) -> Result<OutputSlice, Failure> {
    let count = max(0, min(count, Self.sliceBytes))
    guard let end = try snapshot({ () throws(DatabaseError) in try execution(id) })?.end else {
      return .failure(Failure(.notFound, "execution", "there is no final execution \(id)"))
    }
    let total = (stream == .output ? end.record.output : end.record.errors).bytes
    guard !end.isOutputForgotten else { return .failure(Self.forgotten(id)) }
    guard offset < total, count > 0 else {
      return .success(OutputSlice(bytes: [], total: total))
    }
    let column = stream == .output ? "output" : "errors"
    let inline: [UInt8]? = try statement(
      "SELECT substr(\(column), ?, ?) FROM outputs WHERE position = ?"
    ).first({ row in
      row.integer(Int64(offset) + 1)
      row.integer(Int64(count))
      row.integer(end.receipt.position)
    }) { $0.isNull(0) ? nil : $0.bytes(0) }.flatMap { $0 }
    if let inline { return .success(OutputSlice(bytes: inline, total: total)) }
    do throws(Failure) {
      guard let file = try outputs.open(id, stream) else { return .failure(Self.forgotten(id)) }
      let bytes = try OutputFiles.read(file, from: offset, atMost: count)
      return .success(OutputSlice(bytes: bytes, total: total))
    } catch {
      return .failure(error)
    }
  }

  private static func forgotten(_ id: ExecutionID) -> Failure {
    Failure(
      .notFound, "output-forgotten",
      "the output of \(id) is not kept any more; its record still has its size and digest")
  }
}
