internal import COrienABI

/// The arguments of one call as the node hands them over: one JSON object, checked and with its
/// defaults filled in.
struct Arguments {
  private let values: [String: JSON]

  init(_ json: orien_bytes) throws(Failure) {
    let buffer = UnsafeRawBufferPointer(start: json.data, count: json.data == nil ? 0 : json.size)
    guard case .object(let values) = try JSON(parsing: buffer) else {
      throw Failure(.internal, "expected one JSON object of arguments from the node")
    }
    self.values = values
  }

  subscript(name: String) -> JSON? { values[name] }
}
