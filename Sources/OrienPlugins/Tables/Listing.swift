/// What a plugin's table says, copied word for word within bounds and not yet judged.
///
/// It is what crosses from the process that scans a library, what is kept of that, and what the
/// table in the node is compared with. Nothing in it is to be believed until `declaration()`.
struct Listing: Sendable, Equatable {
  var id = ""
  var version = ""
  var doc = ""
  var flags: UInt32 = 0
  var concurrency: UInt32 = 0
  var needs: [String] = []
  var settings: [Argument] = []
  var handlers: [Handler] = []

  struct Argument: Sendable, Equatable {
    var name = ""
    var type: UInt32 = 0
    var flags: UInt32 = 0
    var doc = ""
    var fallback: String?
    var rules: String?
  }

  struct Handler: Sendable, Equatable {
    var name = ""
    var flags: UInt32 = 0
    var role: String?
    var title: String?
    var doc = ""
    var example: String?
    var resultType: String?
    var units: [String] = []
    var arguments: [Argument] = []
    /// In the order of `orien_limits`, from `concurrency` to `network`; empty where there are none.
    var limits: [UInt64] = []
  }

  /// What is read at all; `declaration()` knows narrower ones.
  enum Bounds {
    static let textBytes = 64 << 10
    static let needs = 32
    static let settings = 64
    static let handlers = 64
    static let units = 16
    static let arguments = 64
    /// libffi passes each one by itself.
    static let typedArguments = 14
  }
}
