package import OrienModel
package import OrienPlugins

/// A call that has nothing to give, and keeps its output where that is wanted.
package final class QuietCall: CallHost, @unchecked Sendable {
  package private(set) var output: [UInt8] = []
  private let keeps: Bool

  package init(keeping keeps: Bool = false) { self.keeps = keeps }

  package func emit(_ stream: OutputStream, _ bytes: UnsafeRawBufferPointer) -> CallStatus {
    if keeps { output += bytes }
    return .ok
  }
  package func meter(_ unit: String, _ amount: UInt64) -> CallStatus { .ok }
  package func ended(_ exit: ProcessExit, _ usage: Usage?) -> CallStatus { .ok }
  package var isCancelled: Bool { false }
  package func cancelDescriptor() -> Int32 { -1 }
  package func run(_ command: Command, captureBytes: UInt64?) throws(Failure) -> RunResult {
    throw Failure(.denied, "no-programs", "what is called here runs none")
  }
  package func openFile(_ path: String, _ mode: FileMode) throws(Failure) -> Int32 {
    throw Failure(.denied, "no-files", "what is called here has none")
  }
  package func place(_ request: PlaceRequest) throws(Failure) -> String {
    throw Failure(.denied, "no-places", "what is called here has none")
  }
}

/// A node that keeps nothing of what plugins say.
package final class QuietHost: PluginHost {
  package init() {}

  package func log(
    _ level: PluginLogLevel, _ message: String, plugin: String, call: String?
  ) {}
  package func putState(
    _ key: String, _ value: [UInt8], over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite { .written(1) }
  package func state(
    _ key: String, plugin: String
  ) throws(Failure) -> (value: [UInt8], revision: UInt64)? { nil }
  package func removeState(
    _ key: String, over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite { .written(0) }
  package func stateKeys(
    prefix: String, after: String?, bytes: Int, plugin: String
  ) throws(Failure) -> [String] { [] }
  package func lasting(
    _ request: LastingRequest, of plugin: PluginIdentity, for call: (any CallHost)?
  ) throws(Failure) -> LastingAnswer { .done }
}
