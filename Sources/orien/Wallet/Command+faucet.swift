import OrienEVM
import OrienModel
import OrienNode
import OrienSystem

extension Command {
  /// `orien wallet faucet-l2`: a little of the chain's money, for who has too little to collect with.
  static func askFaucet(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let configuration = try Configuration.load(invocation)
    guard let place = FaucetPlace(on: configuration.payments.network, configuration.faucet) else {
      let error = JSON.object([JSON.Member("error", .string("faucet_disabled"))])
      if try !invocation.answered(error) {
        invocation.console.tell("Faucet is disabled for current payments network.")
      }
      return .negative
    }
    let address = try invocation.faucetAddress(configuration)
    let faucet = try FaucetClient(place)
    let progress = Progress("asking for the balance", invocation.console)
    defer { progress.end() }
    var members = [JSON.Member("address", .string(address))]
    if let balance = invocation.balance(of: address, by: faucet, configuration) {
      members.append(JSON.Member("balance_wei", .string(balance.description)))
      guard balance <= enough else {
        progress.end()
        members.append(JSON.Member("skipped", .bool(true)))
        if try !invocation.answered(.object(members)) {
          try invocation.console.line(
            "\(address) has \(balance.ether) ETH, and that is enough: nothing was asked for")
        }
        return .success
      }
    }
    let name = try faucet.ask(for: address) { progress.change(to: $0) }
    progress.end()
    members.append(JSON.Member("tx", .string(name)))
    if try !invocation.answered(.object(members)) {
      try invocation.console.line("the faucet sends to \(address): \(name.printable)")
    }
    return .success
  }

  /// A hundredth of what everybody counts in, in wei.
  private static let enough: UInt256 = 10_000_000_000_000_000
}

extension Invocation {
  /// Nil where nobody says it: whoever has too little to be told so is to have some.
  fileprivate func balance(
    of address: String, by faucet: FaucetClient, _ configuration: Configuration
  ) -> UInt256? {
    let usual = configuration.payments.network.flatMap { ChainProfile[$0]?.url }
    guard let url = value(.chainURL) ?? configuration.chain.urls.first ?? usual else {
      console.tell("the balance is not known, for no endpoint of the chain is: name one by --rpc")
      return nil
    }
    do throws(Failure) {
      return try faucet.balance(of: address, at: url)
    } catch {
      console.tell("the balance is not known: \(error.message)")
      return nil
    }
  }

  /// As it is paid by: of a key that is sealed its file says the address, too.
  fileprivate func faucetAddress(_ configuration: Configuration) throws(Failure) -> String {
    if let text = value(.address) {
      do throws(Failure) {
        return try Address(parsing: text).description
      } catch {
        throw .usage("--address: \(error.message)", command)
      }
    }
    let path = configuration.chain.keyFile(configuration.stateFolder)
    guard HostFile.kind(at: path) != nil else {
      throw Failure(
        .notFound, "no-wallet",
        "\(path): there is no key; make one by `orien wallet new`, or name an address by --address")
    }
    let text = try HostFile(at: path).text(atMostBytes: 64 << 10)
    guard let address = (try? JSON(parsing: text))?["address"]?.string else {
      throw Failure(
        .invalid, "bad-key-file", "\(path): says no address; name one by --address")
    }
    return try Address(parsing: address.hasPrefix("0x") ? address : "0x" + address).description
  }
}

extension UInt256 {
  /// As a number of ETH, to the last wei.
  fileprivate var ether: String {
    let digits = description
    let padded = String(repeating: "0", count: Swift.max(0, 19 - digits.utf8.count)) + digits
    var rest = padded.suffix(18)
    while rest.count > 1, rest.last == "0" { rest.removeLast() }
    return "\(padded.dropLast(18)).\(rest)"
  }
}
