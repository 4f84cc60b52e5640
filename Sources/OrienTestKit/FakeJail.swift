package import OrienModel
package import OrienSandbox
package import OrienSystem

/// A jail that starts nothing: a test says what each process writes and how it ends. Belongs to the
/// loop.
package final class FakeJail: Jail {
  package var isUp = true
  package var devices: [String] = []
  package var capabilities: JailCapabilities? = JailCapabilities(
    enforcedBy: ["memoryBytes": .cgroup2, "processes": .rlimit], killsByGroup: true,
    metersByGroup: true, confinesSignals: true, walls: .root)
  /// All that were ever asked for, in order.
  package private(set) var processes: [FakeProcess] = []
  /// What happens to a process once it is asked for; nil: it runs until the test ends it.
  package var onStart: ((FakeProcess) -> Void)?
  /// A killed process ends by itself.
  package var diesWhenKilled = true
  private let loop: Loop

  package init(_ loop: Loop) { self.loop = loop }

  package var running: [FakeProcess] { processes.filter(\.isRunning) }

  package func start(
    _ request: JailRequest, _ descriptors: consuming JailDescriptors,
    onStart: @escaping (consuming Descriptor?) -> Void, onEnd: @escaping (JailEnd) -> Void
  ) -> any JailProcess {
    let process = FakeProcess(request, descriptors, self, loop, onEnd)
    processes.append(process)
    loop.soon { [self] in
      onStart(nil)
      self.onStart?(process)
    }
    return process
  }
}

/// What runs in a jail that starts nothing.
package final class FakeProcess: JailProcess {
  package let request: JailRequest
  package private(set) var killReason: ProcessExit.Reason?
  package var isRunning: Bool { onEnd != nil }
  private unowned let jail: FakeJail
  private let loop: Loop
  private var descriptors: JailDescriptors?
  private var onEnd: ((JailEnd) -> Void)?

  fileprivate init(
    _ request: JailRequest, _ descriptors: consuming JailDescriptors, _ jail: FakeJail,
    _ loop: Loop, _ onEnd: @escaping (JailEnd) -> Void
  ) {
    self.request = request
    self.descriptors = consume descriptors
    self.jail = jail
    self.loop = loop
    self.onEnd = onEnd
  }

  /// All that it was given on its standard input.
  package var input: [UInt8] {
    (try? descriptors?.input.readAll(atMost: 1 << 24)) ?? []
  }

  /// Writes to its standard output, or its standard error: as much at once as a pipe holds.
  package func write(_ bytes: some Sequence<UInt8>, errors: Bool = false) throws {
    precondition(descriptors != nil, "a process that has ended writes nothing")
    if errors {
      try descriptors?.errors.writeAll(Array(bytes))
    } else {
      try descriptors?.output.writeAll(Array(bytes))
    }
  }

  package func write(_ text: String, errors: Bool = false) throws {
    try write(text.utf8, errors: errors)
  }

  package func kill(_ reason: ProcessExit.Reason) {
    guard killReason == nil else { return }
    killReason = reason
    if jail.diesWhenKilled {
      end(JailEnd(exit: ProcessExit(code: nil, signal: 9, reason: reason), usage: Usage()))
    }
  }

  package func exit(_ code: Int32, usage: Usage = Usage()) {
    end(JailEnd(exit: ProcessExit(code: code, signal: nil, reason: .exited), usage: usage))
  }

  /// Its launcher is gone, and it with it.
  package func lose() {
    end(
      JailEnd(
        exit: ProcessExit(code: nil, signal: nil, reason: .lost), usage: Usage(),
        failure: Failure(.unavailable, "launcher-lost", "the jail's launcher ended")))
  }

  /// Ends it after the present event; the first end counts.
  package func end(_ end: JailEnd) {
    loop.soon { [self] in
      let tell = onEnd
      onEnd = nil
      descriptors = nil
      tell?(end)
    }
  }
}
