import OrienModel
import OrienNode
import OrienSystem
import Testing

@testable import orien

@Suite("What machines cost, from the command line")
struct PricingTests {
  private let scratch = Scratch()

  /// Of a port at which nobody listens.
  private func file(_ text: String) -> String { scratch.write("orien.conf", "PORT=1\n" + text) }

  private func shown(_ text: String) throws -> JSON {
    let capture = Capture()
    #expect(capture.run("pricing", "show", "--json", "--config", file(text)) == .success)
    return try JSON(parsingExactly: Array(capture.output.utf8))
  }

  @Test("Each size has its month, its hour and its wei a second")
  func sizes() throws {
    let json = try shown(
      "PRICE_GLM_PER_CORE_MONTH=20\nPRICE_GLM_PER_GB_RAM_MONTH=8\n"
        + "PRICE_GLM_PER_GB_STORAGE_MONTH=0.4\n")
    #expect(json["known"]?.bool == true)
    #expect(json["source"]?.string == "settings")
    #expect(json["of"]?.string == "settings")
    let small = try #require(json["sizes"]?.array?.first)
    #expect(small["size"]?.string == "small")
    #expect(small["usd_month"]?.string == "8.0")
    #expect(small["usd_hour"]?.string == "0.0109589")
    #expect(small["glm_month"]?.string == "32.0")
    #expect(small["wei_per_second"]?.string == "12176560121765")
    #expect(json["sizes"]?.array?.count == 4)
  }

  @Test("What this machine earns is its capacity at these prices")
  func estimate() throws {
    let json = try shown("PRICE_USD_PER_CORE_MONTH=3\nPRICE_GLM_PER_CORE_MONTH=7\n")
    let estimate = try #require(json["estimate"])
    let parts = ["cpu", "memory", "storage"].compactMap {
      estimate["resources"]?[$0]?.string.flatMap { Int64($0) }
    }
    try #require(parts.count == 3)
    let size = MachineSize(cpu: parts[0], memoryGiB: parts[1], diskGiB: parts[2])
    let usd = MonthlyPrices(core: Money("3")!, memoryGiB: Money("2")!, diskGiB: Money("0.1")!)
    #expect(estimate["usd_month"]?.string == usd.month(of: size).description)
    #expect(estimate["glm_month"]?.string == Money("7")!.times(parts[0])?.description)
    #expect(parts[0] == Int64(MachineFigures.processorCount))
  }

  @Test("Prices in GLM that nobody knows are not shown as nothing")
  func unknown() throws {
    for text in ["", "COINGECKO_API_URL=http://127.0.0.1:1\nPRICE_GLM_PER_CORE_MONTH=7\n"] {
      let json = try shown(text)
      #expect(json["known"]?.bool == false)
      #expect(json["sizes"]?.array?.first?["wei_per_second"] == nil)
      let capture = Capture()
      #expect(capture.run("pricing", "show", "--config", file(text)) == .success)
      #expect(capture.output.contains("not known"))
    }
  }

  @Test("Whoever sets prices is told what they come to")
  func set() throws {
    let path = file("")
    let capture = Capture()
    let words = ["pricing", "set", "--usd-per-core", "10", "--glm-per-core", "4"]
    #expect(capture.run(all: words + ["--config", path, "--json"]) == .success)
    let json = try JSON(parsingExactly: Array(capture.output.utf8))
    #expect(json["path"]?.string == path)
    #expect(json["set"]?["PRICE_USD_PER_CORE_MONTH"]?.string == "10.0")
    #expect(json["sizes"]?.array?.first?["usd_month"]?.string == "13.0")
    #expect(json["sizes"]?.array?.first?["glm_month"]?.string == "4.0")
    #expect(json["estimate"]?["usd_month"] != nil)
    let text = Capture()
    #expect(text.run(all: words + ["--config", path]) == .success)
    #expect(text.output.contains("PRICE_USD_PER_CORE_MONTH=10.0\n"))
    #expect(text.output.contains(" GLM)\n"))
    #expect(text.errors == "")
  }

  @Test("A node that was named has to answer")
  func named() {
    let capture = Capture()
    let code = capture.run("pricing", "show", "--url", "http://127.0.0.1:1")
    #expect(code != .success)
    #expect(capture.errors.contains("no node answers"))
  }

  @Test(
    "What is no setting of a price source is refused by what was expected",
    arguments: [
      ("COINGECKO_API_URL=example", "http"), ("COINGECKO_IDS=a/b", "names"),
      ("COINGECKO_IDS=1,2,3,4,5,6,7,8,9", "at most 8"),
      ("PRICING_UPDATE_MIN_DELTA_PERCENT=1001", "percentage"),
      ("PRICING_UPDATE_MIN_DELTA_PERCENT=-1", "percentage"),
      ("PRICING_UPDATE_INTERVAL_SECONDS=1", "from 10"), ("PRICING_UPDATE_ENABLED=maybe", "1 or 0"),
      ("PRICE_GLM_PER_CORE_MONTH=1e3", "an amount"),
    ])
  func faults(_ line: String, _ expected: String) {
    let capture = Capture()
    #expect(capture.run("pricing", "show", "--config", file(line + "\n")) != .success)
    #expect(capture.errors.contains(expected))
  }

  @Test("Nobody is asked for a price unless he is named")
  func off() throws {
    let configuration = try Configuration.load(
      environment: Environment(
        variables: [:], workingFolder: "/nowhere", executablePath: "/usr/bin/orien", userID: 1000))
    #expect(configuration.machines.priceSource.url == nil)
    #expect(!configuration.machines.followsMarket)
  }
}
