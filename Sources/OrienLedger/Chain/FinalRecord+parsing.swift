import OrienModel

extension FinalRecord {
  /// Reads what `write(to:)` wrote. Members that are not known belong to newer versions.
  init(_ json: JSON) throws(Failure) {
    let members = Members(json: json, path: "")
    let usage = try members.object("usage")
    let cost = try members.object("cost")
    let output = try members.object("output")
    let errors = try members.object("errors")
    guard let id = ExecutionID(try members.text("id")),
      let session = SessionID(try members.text("sessionId")),
      let tool = ToolID(try members.text("toolId")),
      let status = Status(rawValue: try members.text("status"))
    else { throw members.fault("id, sessionId, toolId or status") }
    self.init(
      id: id, session: session, owner: Owner(try members.text("owner")), tool: tool,
      plugin: try members.text("plugin"), generation: try members.count("generation"),
      isolation: try members.text("isolation"), status: status,
      reason: try members.text("reason"), message: json["message"]?.string,
      exitCode: json["exitCode"]?.int64.flatMap { Int32(exactly: $0) },
      signal: json["signal"]?.int64.flatMap { Int32(exactly: $0) },
      acceptedAt: Timestamp(microseconds: try members.number("acceptedAtMicroseconds")),
      runningAt: json["runningAtMicroseconds"]?.int64.map { Timestamp(microseconds: $0) },
      completedAt: Timestamp(microseconds: try members.number("completedAtMicroseconds")),
      runningMicroseconds: try members.count("runningMicroseconds"), usage: try Usage(usage),
      limits: try GrantedLimits(try members.object("limits")),
      currency: try cost.text("currency"), costMicroUnits: try cost.count("microUnits"),
      output: try StreamSummary(output), errors: try StreamSummary(errors),
      facts: json["facts"].map(\.compact), artifacts: json["artifacts"].map(\.compact),
      payment: try json["payment"].map { json throws(Failure) in try Charge(json) })
  }
}

extension Usage {
  fileprivate init(_ members: Members) throws(Failure) {
    self.init()
    wallMicroseconds = try members.count("wallMicroseconds")
    cpuUserMicroseconds = try members.count("cpuUserMicroseconds")
    cpuSystemMicroseconds = try members.count("cpuSystemMicroseconds")
    memoryPeakBytes = try members.count("memoryPeakBytes")
    readBytes = try members.count("readBytes")
    writtenBytes = try members.count("writtenBytes")
    memoryByteSeconds = members.json["memoryByteSeconds"]?.uint64 ?? 0
    for unit in try members.object("units").json.members ?? [] {
      units[unit.name] = unit.value.uint64
    }
    guard let source = Source(rawValue: try members.text("source")) else {
      throw members.fault("source")
    }
    self.source = source
  }
}

extension GrantedLimits {
  /// Those of the first records stand each by itself, all others under what enforces them.
  fileprivate init(_ members: Members) throws(Failure) {
    let isGrouped = members.json["requested"] != nil
    self.init(
      isGrouped
        ? try Self.grouped(members)
        : try members.map { limit throws(Failure) in try GrantedLimit(limit) })
  }

  private static func grouped(_ members: Members) throws(Failure) -> [GrantedLimit] {
    let requested = try members.object("requested")
    var limits: [GrantedLimit] = []
    for means in Enforcement.allCases where members.json[means.rawValue] != nil {
      let held = try members.object(means.rawValue)
      for limit in held.json.members ?? [] {
        limits.append(
          GrantedLimit(
            name: limit.name, requested: requested.json[limit.name]?.uint64,
            granted: try held.count(limit.name), enforcedBy: means))
      }
    }
    let places = Dictionary(uniqueKeysWithValues: zip(Limits.named.map(\.name), 0...))
    return limits.sorted { places[$0.name] ?? .max < places[$1.name] ?? .max }
  }
}

extension GrantedLimit {
  fileprivate init(_ members: Members) throws(Failure) {
    guard let enforcedBy = Enforcement(rawValue: try members.text("enforcedBy")) else {
      throw members.fault("enforcedBy")
    }
    self.init(
      name: members.name, requested: members.json["requested"]?.uint64,
      granted: try members.count("granted"), enforcedBy: enforcedBy)
  }
}

extension StreamSummary {
  fileprivate init(_ members: Members) throws(Failure) {
    self.init(
      bytes: try members.count("bytes"), isTruncated: members.json["truncated"]?.bool ?? false,
      digest: members.json["blake2b"]?.string?.hexBytes)
  }
}

/// The members of one object of a record, each asked for by name and kind.
private struct Members {
  let json: JSON
  let path: String

  var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

  func text(_ name: String) throws(Failure) -> String {
    guard let text = json[name]?.string else { throw fault(name) }
    return text
  }

  func number(_ name: String) throws(Failure) -> Int64 {
    guard let number = json[name]?.int64 else { throw fault(name) }
    return number
  }

  func count(_ name: String) throws(Failure) -> UInt64 {
    guard let count = json[name]?.uint64 else { throw fault(name) }
    return count
  }

  func object(_ name: String) throws(Failure) -> Members {
    guard let value = json[name], value.members != nil else { throw fault(name) }
    return Members(json: value, path: path + "/" + name)
  }

  /// What `make` makes of each member, itself an object.
  func map<Value>(_ make: (Members) throws(Failure) -> Value) throws(Failure) -> [Value] {
    var values: [Value] = []
    for member in json.members ?? [] { values.append(try make(try object(member.name))) }
    return values
  }

  func fault(_ name: String) -> Failure {
    Failure(.internal, "record", "\(path)/\(name) is not what a record has there")
  }
}
