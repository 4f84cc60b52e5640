import OrienModel

/// A tool that no library brings: a manifest declares it, and says what of this machine is called. It
/// is judged as a plugin with one handler is.
struct DeclaredTool: Sendable {
  /// What a library's scan would have found.
  var listing: Listing
  /// The operator's terms for it, which are in the same file.
  var manifest: Manifest
  var body: Body

  enum Body: Sendable {
    case program(Program)
    case function(Function)
  }

  /// Reads the file `<name>.json`. Failures have the reason `bad-manifest` and name the key.
  init(parsing bytes: [UInt8], named name: String) throws(Failure) {
    var members = try ManifestObject(parsing: bytes)
    manifest = Manifest()
    manifest.isEnabled = try members.take("enabled", as: \.bool, "true or false") ?? true
    manifest.required = try members.required()
    manifest.price = try members.price()
    listing = try Listing(declaredBy: &members, named: name)
    let isProgram = members.names.contains("command")
    guard isProgram != members.names.contains("library") else {
      throw Failure(
        .invalid, "bad-manifest",
        "manifest: expected `command` or `library`, and not both, where there is no \(name).so"
          + (members.names.compactMap { Nearest.word(to: $0, among: ["command", "library"]) }.first
            .map { "; did you mean \($0)?" } ?? ""))
    }
    let arguments: [DeclaredArgument]
    if isProgram {
      manifest.network = try members.network() ?? .none
      manifest.devices = try members.devices()
      let program = try Program(&members, hasNetwork: manifest.hasNetwork)
      arguments = program.arguments
      body = .program(program)
      listing.needs = ["orien.process/1"]
      // So that an argument which is absent can be told from one that is zero.
      listing.handlers[0].flags |= Listing.packed
    } else {
      let function = try Function(&members)
      arguments = function.arguments
      body = .function(function)
    }
    listing.handlers[0].arguments = arguments.map(\.listed)
    try members.finish()
    _ = try declaration()
  }

  /// As a plugin's, but for the places in messages: its one handler's are the manifest's own.
  func declaration() throws(Failure) -> PluginDeclaration {
    do throws(Failure) {
      return try listing.declaration()
    } catch {
      let handler = "handlers[0]."
      let place = error.message.hasPrefix(handler) ? error.message.dropFirst(handler.count) : nil
      throw Failure(.invalid, "bad-manifest", "manifest.\(place ?? error.message[...])")
    }
  }

  /// A plugin's manifest whose library is not there says nothing, whether it was left or comes first.
  static func isForLibrary(_ bytes: [UInt8]) -> Bool { (try? Manifest(parsing: bytes)) != nil }
}

extension Manifest {
  fileprivate var hasNetwork: Bool { if case .allow = network { true } else { false } }
}

extension Listing {
  fileprivate init(
    declaredBy members: inout ManifestObject, named name: String
  ) throws(Failure) {
    self.init()
    id = try members.take("id", as: \.string, "a string") ?? "declared.\(name.lowercased())"
    version = try members.take("version", as: \.string, "a string") ?? "0.0.0"
    var handler = Handler(name: name)
    handler.title = try members.take("title", as: \.string, "a string")
    handler.doc = try members.take("doc", as: \.string, "a string") ?? ""
    handler.resultType = try members.take("resultType", as: \.string, "a media type")
    handler.example = try members.take("example", as: { $0 }, "an object")?.text
    if try members.take("idempotent", as: \.bool, "true or false") ?? false {
      handler.flags |= Self.idempotent
    }
    if try members.take("readOnly", as: \.bool, "true or false") ?? false {
      handler.flags |= Self.readOnly
    }
    let limits = try members.limits()
    handler.limits = Limits.named.map { limits[keyPath: $0.path] ?? 0 } + [0]
    doc = handler.doc
    concurrency = UInt32(clamping: limits.concurrency ?? 0)
    handlers = [handler]
  }
}
