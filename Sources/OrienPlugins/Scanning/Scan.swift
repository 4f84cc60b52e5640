import COrienABI
import OrienModel
import OrienSystem

/// The scan of one library: the work of the throw-away process, which ends with it.
package enum Scan {
  /// How long a library may take to list its handlers, and how long when it is asked again after all
  /// others: one that was only starved of a processor would else be missing until the next start.
  static let patience = [Duration.seconds(2), .seconds(5)]
  static let mostAnswerBytes = 2 << 20
  /// What comes before the answer, and before anything of the library: whatever goes wrong without it
  /// is no fault of the library's. To the answer's reader it is a blank.
  static let mark: UInt8 = 10

  /// Loads the library, reads its table and writes what it says to standard output.
  ///
  /// Called first thing in a process of its own. Whatever the library's code does is undone by the
  /// end of the process, which comes before anything can be registered for it.
  package static func run(_ path: String) -> Never { run { answer(path) } }

  /// Loads a library that no plugin is, and says whether it has the function.
  package static func run(_ library: String, symbol: String) -> Never {
    run {
      do throws(Failure) {
        _ = try Function.find(symbol, in: library)
        return .found
      } catch {
        return .refused(error)
      }
    }
  }

  private static func run(_ answer: () -> ScanAnswer) -> Never {
    do {
      let output = try Confinement.divertOutput()
      try Confinement.apply(
        cpuSeconds: 10, memoryBytes: 8 << 30, fileBytes: UInt(mostAnswerBytes))
      try output.writeAll([mark])
      try output.writeAll(written(answer()))
      Confinement.exit(0)
    } catch {
      Confinement.exit(70)
    }
  }

  /// Within what the reader takes: the node keeps it, compares it, and offers it to every caller.
  private static func written(_ answer: ScanAnswer) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(answer)
    guard writer.bytes.count >= mostAnswerBytes else { return writer.bytes }
    let message =
      "plugin: its texts and numbers take \(writer.bytes.count) bytes as JSON, expected at most "
      + "\(mostAnswerBytes)"
    return written(.refused(Failure(.invalid, "bad-table", message)))
  }

  private static func answer(_ path: String) -> ScanAnswer {
    do throws(Failure) {
      let before = ProcessTraits.now
      let table = try PluginEntry(loading: path).table
      let listing = try Listing(copying: table)
      let changed = before.changes(until: .now)
      guard changed.isEmpty else {
        throw Failure(
          .invalid, "bad-table",
          "loading it changed what the process has one of: \(changed.joined(separator: ", "))")
      }
      _ = try listing.declaration()
      return .listed(listing)
    } catch {
      return .refused(error)
    }
  }
}

/// A library in this process and the table that its entry returns.
struct PluginEntry: @unchecked Sendable {
  let table: UnsafePointer<orien_plugin>

  init(loading path: String) throws(Failure) {
    let library = try SharedLibrary(at: path)
    guard let symbol = library.symbol("orien_plugin_v1") else {
      throw Failure(.invalid, "not-a-plugin", "exports no orien_plugin_v1()")
    }
    typealias Entry = @convention(c) () -> UnsafePointer<orien_plugin>?
    guard let table = unsafeBitCast(symbol, to: Entry.self)() else {
      throw Failure(.invalid, "bad-table", "orien_plugin_v1() returned NULL")
    }
    self.table = table
  }
}
