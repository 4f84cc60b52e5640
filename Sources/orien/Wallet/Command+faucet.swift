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
    guard let url = value(.chainURL) else {
      console.tell("the balance is not asked for: name an endpoint of the chain by --rpc")
      return nil
    }
    do throws(Failure) {
      return try faucet.balance(of: address, at: url)
    } catch {
      console.tell("the balance is not known: \(error.message)")
      return nil
    }
  }

  fileprivate func faucetAddress(_ configuration: Configuration) throws(Failure) -> String {
    guard let text = value(.address) else { throw .usage("expected --address", command) }
    let digits = text.utf8.dropFirst(2)
    guard text.hasPrefix("0x"), digits.count == 40, digits.allSatisfy({ $0.hexValue != nil })
    else {
      throw .usage("--address \(text): expected 0x and 40 hexadecimal digits", command)
    }
    return text
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
