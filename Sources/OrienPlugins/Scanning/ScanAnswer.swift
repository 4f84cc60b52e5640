import OrienModel

/// What the scan of a library found, or the look for a function in one.
enum ScanAnswer: Sendable, Equatable {
  case listed(Listing)
  /// The function that was asked for is there.
  case found
  case refused(Failure)

  /// Whether the same bytes will be answered the same tomorrow: what is read in the library itself. One
  /// that could not be loaded may only have missed another one, one that was slow the processor, and
  /// one that crashed memory.
  var isLasting: Bool {
    switch self {
    case .listed: true
    case .found: false
    case .refused(let failure): ["bad-table", "not-a-plugin"].contains(failure.reason)
    }
  }
}

extension ScanAnswer: JSONWritable {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      switch self {
      case .listed(let listing): writer.field("listed", listing)
      case .found: writer.field("found", true)
      case .refused(let failure):
        writer.object("refused") { writer in
          writer.field("reason", failure.reason)
          writer.field("message", failure.message)
        }
      }
    }
  }

  /// Reads what `write` wrote. It may come from a process that ran a plugin's code.
  init(_ json: JSON) throws(Failure) {
    if let listing = json["listed"] {
      self = .listed(try Listing(listing))
    } else if json["found"]?.bool == true {
      self = .found
    } else if let reason = json["refused"]?["reason"]?.string,
      let message = json["refused"]?["message"]?.string,
      Grammar.reason.admits(reason), message.utf8.count <= 4096
    {
      self = .refused(Failure(.invalid, reason, message.harmless))
    } else {
      throw Failure(.invalid, "bad-listing", "no answer that a scan gives")
    }
  }
}
