package import OrienModel

extension Manifest {
  /// Reads the file `<name>.json`. A key that nobody knows is refused with the nearest one that
  /// there is: an operator's limit that was misspelt must not be one that does not hold.
  ///
  /// A pure function of bytes. Failures have the reason `bad-manifest` and name the key.
  package init(parsing bytes: [UInt8]) throws(Failure) {
    self.init()
    var members = try ManifestObject(parsing: bytes)
    isEnabled = try members.take("enabled", as: \.bool, "true or false") ?? true
    isOptional = try members.take("optional", as: \.bool, "true or false") ?? false
    isolation = try members.choice("isolation", of: Isolation.self)
    limits = try members.limits()
    required = try members.required()
    price = try members.price()
    config = try members.take("config", as: \.members, "an object") ?? []
    grants = try members.grants()
    network = try members.network() ?? .none
    devices = try members.devices()
    workspaceUser = try members.take(
      "workspaceUser", as: { $0.uint64.flatMap(UInt32.init(aUser:)) },
      "the number of a user other than root, 1 to 2147483647")
    for tool in try members.take("tools", as: \.members, "an object") ?? [] {
      tools[tool.name] = try Terms(tool.value, "manifest.tools.\(tool.name)")
    }
    try members.finish()
  }
}

extension UInt32 {
  fileprivate init?(aUser number: UInt64) {
    guard (1...UInt64(Int32.max)).contains(number) else { return nil }
    self.init(number)
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
