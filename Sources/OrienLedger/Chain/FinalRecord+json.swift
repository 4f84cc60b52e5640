import OrienModel

extension FinalRecord {
  /// The record as it is hashed and kept: one JSON object without blanks, its members always in
  /// this order, numbers whole, absent ones left out. A change here makes new records differ, never
  /// old ones.
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.name(plain: "id")
      json.write(id)
      json.member("sessionId", session.description)
      json.member("owner", owner.description)
      json.member("toolId", tool.description)
      json.member("plugin", plugin)
      json.member("generation", generation)
      json.member("isolation", isolation)
      json.member("status", status.rawValue)
      json.member("reason", reason)
      json.member("message", message)
      json.member("exitCode", exitCode.map(Int64.init))
      json.member("signal", signal.map(Int64.init))
      json.member("acceptedAtMicroseconds", acceptedAt.microseconds)
      json.member("runningAtMicroseconds", runningAt?.microseconds)
      json.member("completedAtMicroseconds", completedAt.microseconds)
      json.member("runningMicroseconds", runningMicroseconds)
      json.object("usage") { usage.writeMembers(to: &$0) }
      json.name("limits")
      json.write(raw: limits.record)
      json.object("cost") { json in
        json.member("currency", currency)
        json.member("microUnits", costMicroUnits)
      }
      json.object("output") { output.writeMembers(to: &$0) }
      json.object("errors") { errors.writeMembers(to: &$0) }
      if let facts {
        json.name("facts")
        json.write(raw: facts)
      }
      if let artifacts {
        json.name("artifacts")
        json.write(raw: artifacts)
      }
      if let payment {
        json.name("payment")
        payment.write(to: &json)
      }
    }
  }
}

extension Usage {
  fileprivate func writeMembers(to json: inout JSONWriter) {
    json.member("wallMicroseconds", wallMicroseconds)
    json.member("cpuUserMicroseconds", cpuUserMicroseconds)
    json.member("cpuSystemMicroseconds", cpuSystemMicroseconds)
    json.member("memoryPeakBytes", memoryPeakBytes)
    json.member("readBytes", readBytes)
    json.member("writtenBytes", writtenBytes)
    // Of what has no memory of its own, as a call of the node's, there is none.
    json.member("memoryByteSeconds", memoryByteSeconds == 0 ? nil : memoryByteSeconds)
    json.object("units") { json in
      for (unit, amount) in units.sorted(by: { $0.key < $1.key }) { json.field(unit, amount) }
    }
    json.member("source", source.rawValue)
  }
}

extension StreamSummary {
  fileprivate func writeMembers(to json: inout JSONWriter) {
    json.member("bytes", bytes)
    json.name("truncated")
    json.write(isTruncated)
    if let digest {
      json.name(plain: "blake2b")
      json.write(hex: digest)
    }
  }
}

// Plain functions of plain names, for a record has some thirty members and each final waits for
// all of them: a generic one would be looked up for every kind of value.
extension JSONWriter {
  fileprivate mutating func member(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    self.name(plain: name)
    write(value)
  }

  fileprivate mutating func member(_ name: StaticString, _ value: UInt64?) {
    guard let value else { return }
    self.name(plain: name)
    write(value)
  }

  fileprivate mutating func member(_ name: StaticString, _ value: Int64?) {
    guard let value else { return }
    self.name(plain: name)
    write(value)
  }
}
