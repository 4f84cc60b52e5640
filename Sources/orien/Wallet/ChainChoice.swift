import OrienEVM
import OrienModel
import OrienPlugins
import OrienSystem

/// What the operator says of the chain by which is paid; empty where the network's profile is to say it.
struct ChainChoice: Sendable {
  var urls: [String] = []
  var chain = ""
  var contract = ""
  var token = ""
  var recipient = ""
  /// Where contracts are, as who deployed them has written it down.
  var deploymentsFolder: String?
  /// Nil: `keys` in the state folder.
  var keyFolder: String?
  var passwordFile: String?
  var confirmations: Int?

  static let plugin = "stream-payments"

  mutating func takePaths(_ environment: Environment) {
    deploymentsFolder = deploymentsFolder.map { environment.absolute($0) }
    keyFolder = keyFolder.map { environment.absolute($0) }
    passwordFile = passwordFile.map { environment.absolute($0) }
  }

  func keyFolder(_ stateFolder: String) -> String { keyFolder ?? stateFolder + "/keys" }
  func keyFile(_ stateFolder: String) -> String {
    keyFolder(stateFolder) + "/provider_key.json"
  }
}

extension ChainChoice {
  /// What the plugin is told.
  func pluginSettings(
    _ network: String, _ stateFolder: String
  ) throws(Failure) -> PluginSettings {
    var settings = PluginSettings(Self.plugin)
    let (contract, token) = try addresses(network)
    let texts = [
      ("network", network), ("chain", chain), ("contract", contract), ("token", token),
      ("recipient", recipient),
    ]
    for (name, text) in texts where !text.isEmpty {
      settings.config.append(JSON.Member(name, .string(text)))
    }
    if let confirmations {
      settings.config.append(JSON.Member("confirmations", .integer(Int64(confirmations))))
    }
    if !urls.isEmpty {
      settings.config.append(JSON.Member("urls", .array(urls.map { .string($0) })))
    }
    for url in urls.isEmpty ? [ChainProfile[network]?.url].compactMap({ $0 }) : urls {
      settings.reach(url)
    }
    settings.show(keyFile(stateFolder), as: "key_file", orIn: "/run/orien/keys")
    if let passwordFile {
      settings.show(passwordFile, as: "password_file", orIn: "/run/orien/password")
    }
    return settings
  }

  /// What is set counts before what a deployment's file says.
  func addresses(_ network: String) throws(Failure) -> (contract: String, token: String) {
    guard let deploymentsFolder else { return (contract, token) }
    let name = network == "l2.holesky" ? "l2" : network
    let path = "\(deploymentsFolder)/\(name).json"
    let text = try HostFile(at: path).text(atMostBytes: 1 << 20)
    let deployed: JSON
    do throws(Failure) { deployed = try JSON(parsing: Array(text.utf8)) } catch {
      throw Failure(.invalid, "deployment", "\(path): \(error.message)")
    }
    guard let address = deployed["StreamPayment"]?["address"]?.string,
      let glm = deployed["StreamPayment"]?["glmToken"]?.string
    else {
      throw Failure(
        .invalid, "deployment", "\(path): expected StreamPayment with address and glmToken")
    }
    return (contract.isEmpty ? address : contract, token.isEmpty ? glm : token)
  }
}

extension PluginSettings {
  /// Grants the folder of a file where there is one, and names the file where the plugin finds it.
  fileprivate mutating func show(_ path: String, as setting: String, orIn place: String) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let share = Grants.Share.read(String(path[..<slash]), orAt: place)
    if HostFile.kind(at: share.path) == .folder, !folders.contains(share) { folders.append(share) }
    config.append(JSON.Member(setting, .string(share.place + path[slash...])))
  }
}
