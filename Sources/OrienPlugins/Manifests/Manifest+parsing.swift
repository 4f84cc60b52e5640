package import OrienModel

extension Manifest {
  static let mostBytes = 64 << 10

  /// Reads the file `<name>.json`. A key that nobody knows is refused with the nearest one that
  /// there is: an operator's limit that was misspelt must not be one that does not hold.
  ///
  /// A pure function of bytes. Failures have the reason `bad-manifest` and name the key.
  package init(parsing bytes: [UInt8]) throws(Failure) {
    self.init()
    let json: JSON
    do throws(Failure) {
      json = try JSON(parsing: bytes, within: JSON.Bounds(bytes: Self.mostBytes, nodes: 10_000))
    } catch {
      throw Failure(.invalid, "bad-manifest", "manifest: \(error.message)")
    }
    var members = try MemberReader(json, "manifest", reason: "bad-manifest")
    isEnabled = try members.take("enabled", as: \.bool, "true or false") ?? true
    isolation = try members.choice("isolation", of: Isolation.self)
    limits = try members.limits()
    required = try members.required()
    price = try members.price()
    config = try members.take("config", as: \.members, "an object") ?? []
    grants = try members.take("grants", as: \.texts, "an array of strings") ?? []
    network = try members.network() ?? .none
    devices = try members.devices()
    for tool in try members.take("tools", as: \.members, "an object") ?? [] {
      tools[tool.name] = try Terms(tool.value, "manifest.tools.\(tool.name)")
    }
    try members.finish()
  }
}

extension Manifest.Terms {
  fileprivate init(_ json: JSON, _ path: String) throws(Failure) {
    self.init()
    var members = try MemberReader(json, path, reason: "bad-manifest")
    isEnabled = try members.take("enabled", as: \.bool, "true or false") ?? true
    limits = try members.limits()
    required = try members.required()
    price = try members.price()
    try members.finish()
  }
}

extension MemberReader {
  fileprivate mutating func network() throws(Failure) -> Manifest.Network? {
    let expected = #""none", "loopback" or {"allow": ["HOST:PORT", ...]}"#
    guard let json = try take("network", as: { $0 }, expected) else { return nil }
    switch json.string {
    case "none": return Manifest.Network.none
    case "loopback": return .loopback
    case nil where json.members != nil: break
    default: throw refusal("network", "expected \(expected)")
    }
    var members = try MemberReader(json, "manifest.network", reason: "bad-manifest")
    let allowed = try members.take("allow", as: \.texts, "an array of strings")
    try members.finish()
    guard let allowed, !allowed.isEmpty else { throw refusal("network", "expected \(expected)") }
    return .allow(allowed)
  }

  /// As the jail takes them: a file below `/dev`, by the one way to it.
  fileprivate mutating func devices() throws(Failure) -> [String] {
    let devices = try take("devices", as: \.texts, "an array of paths") ?? []
    for device in devices {
      let parts = device.split(separator: "/", omittingEmptySubsequences: false)
      let isPlain = !parts.dropFirst().contains { ["", ".", ".."].contains($0) }
      guard device.hasPrefix("/dev/"), parts.count > 2, isPlain, !device.hasSuffix(".")
      else {
        throw refusal("devices", "expected paths like \"/dev/nvidia0\", found \(device.quoted)")
      }
    }
    return devices
  }

  fileprivate mutating func limits() throws(Failure) -> Limits {
    var result = Limits()
    guard var limits = try object("limits") else { return result }
    for (name, path) in Limits.named {
      let value = try limits.take(name, as: \.uint64, "a whole number from 1")
      guard value != 0 else {
        throw limits.refusal(name, "expected a whole number from 1, found 0")
      }
      result[keyPath: path] = value
    }
    try limits.finish()
    return result
  }

  fileprivate mutating func required() throws(Failure) -> [RequiredLimit] {
    let names = try take("require", as: \.texts, "an array of strings") ?? []
    return try names.map { name throws(Failure) in
      guard let limit = RequiredLimit(rawValue: name) else {
        let known = RequiredLimit.allCases.map(\.rawValue)
        throw refusal(
          "require",
          "expected \(known.joined(separator: ", ")), found \(name.quoted)"
            + Nearest.hint(for: name, among: known))
      }
      return limit
    }
  }

  fileprivate mutating func price() throws(Failure) -> Price? {
    guard var members = try object("price") else { return nil }
    let currency = try members.take("currency", as: \.string, "a string") ?? "USD"
    guard (2...12).contains(currency.utf8.count),
      currency.utf8.allSatisfy({ $0.isASCIIDigit || ($0 >= 0x41 && $0 <= 0x5A) })
    else { throw members.refusal("currency", "expected 2 to 12 of A-Z 0-9, like USD") }
    var price = Price(currency: currency)
    price.perCall = try members.amount("perCall") ?? 0
    price.perCPUSecond = try members.amount("perCpuSecond") ?? 0
    price.perGiBSecond = try members.amount("perGibSecond") ?? 0
    if var units = try members.object("perUnit") {
      for name in units.names { price.perUnit[name] = try units.amount(name) }
    }
    try members.finish()
    return price
  }

  /// Micro-units as a number, or as a string of digits where a reader of JSON would round it.
  private mutating func amount(_ name: String) throws(Failure) -> UInt64? {
    try take(name, as: \.microUnits, "whole micro-units, as a number or a string of digits")
  }
}

extension JSON {
  fileprivate var texts: [String]? {
    guard let array else { return nil }
    let texts = array.compactMap(\.string)
    return texts.count == array.count ? texts : nil
  }

  fileprivate var microUnits: UInt64? {
    switch self {
    case .integer(let value): UInt64(exactly: value)
    case .unsigned(let value): value
    case .string(let digits) where digits.utf8.allSatisfy(\.isASCIIDigit): UInt64(digits)
    default: nil
    }
  }
}
