internal import OrienKit

/// How multipass is handed what cloud-init is to do.
enum SeedWay: Sendable {
  /// As its standard input: no file of ours is needed that it would have to be allowed to read.
  case input
  /// As a file in a folder that it may read, as a snap does of its own: for versions that take no
  /// other way.
  case folder(String)

  init(folder: String) { self = folder.isEmpty ? .input : .folder(folder) }

  /// Runs `body` with the words and the input that hand it over; a file is gone after it.
  func lend<Value>(
    _ text: String, for name: String, by call: borrowing Call,
    _ body: (_ word: String, _ input: String) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    guard case .folder(let folder) = self else { return try body("-", text) }
    let path = "\(folder)/\(name).yaml"
    let put = Command("tee", [path], input: text, wallMilliseconds: 5000, isOutside: true)
    try Self.run(put, "writing \(path)", call)
    let result = Result { () throws(Failure) in try body(path, "") }
    let remove = Command("rm", ["-f", path], wallMilliseconds: 5000, isOutside: true)
    do throws(Failure) {
      try Self.run(remove, "removing \(path)", call)
    } catch {
      // The machine is what was asked for; whose keys open it is no secret.
      call.log(.warning, error.message)
    }
    return try result.get()
  }

  private static func run(
    _ command: Command, _ doing: String, _ call: borrowing Call
  ) throws(Failure) {
    do throws(Failure) {
      let captured = try call.run(command, capturing: 4096)
      guard !captured.exit.isSuccess else { return }
      throw Failure(.unavailable, Complaint(captured.errors).text)
    } catch {
      throw Failure(.unavailable, "\(doing): \(error.message)", reason: "no-seed-file")
    }
  }
}
