import OrienModel

extension FinalRecord {
  /// The record as it is hashed and kept: one JSON object without blanks, its members always in
  /// this order, numbers whole, absent ones left out. A change here makes new records differ, never
  /// old ones.
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("id", id)
      json.field("sessionId", session)
      json.field("owner", owner)
      json.field("toolId", tool)
      json.field("plugin", plugin)
      json.field("generation", generation)
      json.field("isolation", isolation)
      json.field("status", status.rawValue)
      json.field("reason", reason)
      json.field("message", message)
      json.field("exitCode", exitCode)
      json.field("signal", signal)
      json.field("acceptedAtMicroseconds", acceptedAt.microseconds)
      json.field("runningAtMicroseconds", runningAt?.microseconds)
      json.field("completedAtMicroseconds", completedAt.microseconds)
      json.field("runningMicroseconds", runningMicroseconds)
      json.object("usage") { usage.writeMembers(to: &$0) }
      json.object("limits") { json in
        for limit in limits {
          json.object(limit.name) { json in
            json.field("requested", limit.requested)
            json.field("granted", limit.granted)
            json.field("enforcedBy", limit.enforcedBy.rawValue)
          }
        }
      }
      json.object("cost") { json in
        json.field("currency", currency)
        json.field("microUnits", costMicroUnits)
      }
      json.object("output") { output.writeMembers(to: &$0) }
      json.object("errors") { errors.writeMembers(to: &$0) }
      if let facts {
        json.name("facts")
        json.write(raw: facts)
      }
    }
  }
}

extension Usage {
  fileprivate func writeMembers(to json: inout JSONWriter) {
    json.field("wallMicroseconds", wallMicroseconds)
    json.field("cpuUserMicroseconds", cpuUserMicroseconds)
    json.field("cpuSystemMicroseconds", cpuSystemMicroseconds)
    json.field("memoryPeakBytes", memoryPeakBytes)
    json.field("readBytes", readBytes)
    json.field("writtenBytes", writtenBytes)
    json.object("units") { json in
      for (unit, amount) in units.sorted(by: { $0.key < $1.key }) { json.field(unit, amount) }
    }
    json.field("source", source.rawValue)
  }
}

extension StreamSummary {
  fileprivate func writeMembers(to json: inout JSONWriter) {
    json.field("bytes", bytes)
    json.field("truncated", isTruncated)
    json.field("blake2b", digest.map { String(hex: $0) })
  }
}
