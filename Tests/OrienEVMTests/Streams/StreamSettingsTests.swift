import OrienModel
import Testing

@testable import OrienEVM

@Suite("Settings of payments by streams")
struct StreamSettingsTests {
  private func settings(_ change: (inout StreamSettings) -> Void) -> StreamSettings {
    var settings = StreamSettings()
    settings.network = "dev"
    settings.contract = "0x0281B792b5491E3548c8Fc17C24A2e0Cb99FbeC2"
    settings.maxFee = "100"
    settings.maxGas = 300_000
    change(&settings)
    return settings
  }

  @Test("have what a network's profile says")
  func profiles() throws {
    let local = try StreamTerms(settings { _ in })
    #expect(local.chain == 31337 && local.confirmations == 0 && local.skewSeconds == nil)
    #expect(local.urls == ["http://127.0.0.1:8545"] && local.token.isZero)
    let holesky = try StreamTerms(
      settings {
        $0.network = "l2.holesky"
        $0.contract = ""
        $0.chain = "60138453033"
      })
    #expect(holesky.urls == ["https://l2.holesky.golemdb.io/rpc"])
    #expect(holesky.contract.address.description == "0x0281B792b5491E3548c8Fc17C24A2e0Cb99FbeC2")
    #expect(holesky.confirmations == 3 && holesky.skewSeconds == 3600)
    let mainnet = try StreamTerms(
      settings {
        $0.network = "mainnet"
        $0.chain = "1"
        $0.token = "0x0"
        $0.urls = ["https://example.org/a-key"]
      })
    #expect(mainnet.confirmations == 12)
  }

  @Test(
    "are refused by the name of the one that is wrong",
    arguments: [
      ("network", "polygon"), ("contract", ""), ("contract", "0x0"),
      ("contract", ChainProfile.native), ("token", "GLM"), ("chain", "0"), ("chain", "x"),
      ("max_fee", "1e9"), ("urls", "https://example.org"),
    ])
  func refused(_ name: String, _ value: String) {
    expectRefusal(of: name) { settings in
      switch name {
      case "network": settings.network = value
      case "contract": settings.contract = value
      case "token": settings.token = value
      case "chain": settings.chain = value
      case "max_fee": settings.maxFee = value
      default: settings.urls = [value]
      }
    }
  }

  @Test("are refused where they do not fit together")
  func unfit() {
    expectRefusal(of: "urls") { $0.network = "mainnet" }
    expectRefusal(of: "chain") { $0.network = "l2.holesky" }
    expectRefusal(of: "quorum") { $0.quorum = 2 }
    expectRefusal(of: "confirmations") { $0.confirmations = -1 }
    expectRefusal(of: "confirmations") {
      $0.network = "l2.holesky"
      $0.chain = "1"
      $0.confirmations = 0
    }
  }

  private func expectRefusal(of name: String, _ change: (inout StreamSettings) -> Void) {
    let settings = settings(change)
    let failure = #expect(throws: Failure.self) { () throws in try StreamTerms(settings) }
    #expect(failure?.message.hasPrefix(name + ":") == true, "\(failure?.message ?? "")")
    #expect(failure?.code == .unavailable)
  }
}
