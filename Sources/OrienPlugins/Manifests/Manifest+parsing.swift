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
    isolation = try members.choice("isolation", of: Isolation.self)
    limits = try members.limits()
    required = try members.required()
    price = try members.price()
    config = try members.take("config", as: \.members, "an object") ?? []
    grants = try members.grants()
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
