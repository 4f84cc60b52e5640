import OrienModel

/// The calls that one worker carries, by the numbers that it knows them by.
struct WorkerCalls {
  struct Carried: Sendable {
    var call: PluginCall
    var host: any CallHost
    var invocation: Invocation
    var done: @Sendable (CallResult) -> Void
    var wasSent = false
  }

  private(set) var carried: [UInt64: Carried] = [:]
  private var last: UInt64 = 0

  var isEmpty: Bool { carried.isEmpty }

  mutating func add(_ call: Carried) -> UInt64 {
    last += 1
    carried[last] = call
    return last
  }

  mutating func remove(_ id: UInt64) -> Carried? { carried.removeValue(forKey: id) }

  mutating func removeAll() -> [UInt64: Carried] {
    defer { carried = [:] }
    return carried
  }

  mutating func noteSent(_ id: UInt64) { carried[id]?.wasSent = true }

  func id(of invocation: Invocation) -> UInt64? {
    carried.first { $0.value.invocation === invocation }?.key
  }
}
