import OrienModel
import OrienNode
import OrienSystem
import Testing

@testable import orien

@Suite("What golem-provider is told by its environment")
struct GolemEnvironmentTests {
  private func load(_ variables: [String: String]) throws(Failure) -> Configuration {
    try Configuration.load(
      environment: Environment(
        variables: variables, workingFolder: "/nowhere", executablePath: "/usr/bin/orien",
        userID: 1000, programName: "golem-provider"))
  }

  /// Each of that system's variables without its prefix, a value, and the setting that has it then,
  /// as it shows it; nil: it is said once that it has no effect, and why.
  static let all: [(name: String, value: String, setting: String?, shown: String)] = [
    ("DEBUG", "true", "LOG_LEVEL", "debug"), ("HOST", "0.0.0.0", "HOST", "0.0.0.0"),
    ("PORT", "7000", "PORT", "7000"),
    ("SKIP_PORT_VERIFICATION", "true", "SKIP_PORT_VERIFICATION", "1"),
    ("ENVIRONMENT", "development", "ENVIRONMENT", "development"),
    ("NETWORK", "testnet", "NETWORK", "testnet"),
    ("PAYMENTS_NETWORK", "mainnet", "PAYMENTS_NETWORK", "mainnet"),
    ("PROVIDER_NAME", "shed", "PROVIDER_NAME", "shed"), ("NAME", "shed", "PROVIDER_NAME", "shed"),
    ("PROVIDER_COUNTRY", "DE", "PROVIDER_COUNTRY", "DE"),
    ("COUNTRY", "de", "PROVIDER_COUNTRY", "DE"),
    ("ETHEREUM_KEY_DIR", "/k", "ETHEREUM_KEY_DIR", "/k"),
    ("PROVIDER_ID", "0xa", "PROVIDER_ID", "0xa"), ("ID", "0xa", "PROVIDER_ID", "0xa"),
    ("MAX_VMS", "3", "MAX_VMS", "3"),
    ("DEFAULT_VM_IMAGE", "ubuntu:22.04", "DEFAULT_VM_IMAGE", "ubuntu:22.04"),
    ("MIN_CPU_CORES", "2", "MIN_CPU_CORES", "2"), ("MIN_MEMORY_GB", "2", "MIN_MEMORY_GB", "2"),
    ("MIN_STORAGE_GB", "20", "MIN_STORAGE_GB", "20"),
    ("CPU_THRESHOLD", "80", "CPU_THRESHOLD", "80"),
    ("MEMORY_THRESHOLD", "80", "MEMORY_THRESHOLD", "80"),
    ("STORAGE_THRESHOLD", "80", "STORAGE_THRESHOLD", "80"),
    ("RATE_LIMIT_PER_MINUTE", "7", "VM_RATE_LIMIT_PER_MINUTE", "7"),
    ("RETRY_ATTEMPTS", "5", nil, ""), ("RETRY_DELAY_SECONDS", "2.0", "RETRY_DELAY_SECONDS", "2"),
    ("RETRY_BACKOFF", "1.5", "RETRY_BACKOFF", "1.5"),
    ("CREATE_VM_MAX_RETRIES", "9", "CREATE_VM_MAX_RETRIES", "9"),
    ("CREATE_VM_RETRY_DELAY_SECONDS", "9", "CREATE_VM_RETRY_DELAY_SECONDS", "9"),
    ("LAUNCH_TIMEOUT_SECONDS", "99", "LAUNCH_TIMEOUT_SECONDS", "99"),
    ("STOP_VMS_ON_EXIT", "true", "STOP_VMS_ON_EXIT", "1"),
    ("PORT_RANGE_START", "50000", "PORT_RANGE_START", "50000"),
    ("PORT_RANGE_END", "50010", "PORT_RANGE_END", "50010"),
    ("PUBLIC_IP", "192.0.2.1", "PUBLIC_IP", "192.0.2.1"),
    ("PUBLIC_IP", "auto", "PUBLIC_IP", "auto"),

    ("DISCOVERY_URL", "http://127.0.0.1:9001", "DISCOVERY_URL", "http://127.0.0.1:9001"),
    ("ADVERTISER_TYPE", "discovery_server", "ADVERTISER_TYPE", "discovery_server"),

    ("DISCOVERY_ADVERTISEMENT_INTERVAL", "99", "ADVERTISEMENT_INTERVAL", "99"),

    ("ADVERTISEMENT_INTERVAL", "99", "ADVERTISEMENT_INTERVAL", "99"),

    (
      "PORT_CHECK_SERVERS", "[\"http://a\", \"http://b\"]", "PORT_CHECK_SERVERS",
      "http://a,http://b"
    ),
    ("GOLEM_BASE_ADVERTISEMENT_INTERVAL", "3600", nil, ""),
    ("GOLEM_BASE_RPC_URL", "http://a", nil, ""), ("GOLEM_BASE_WS_URL", "ws://a", nil, ""),
    ("POLYGON_RPC_URL", "http://a/k", "POLYGON_RPC_URL", "http://a"),
    ("L2_RPC_URL", "http://a", "POLYGON_RPC_URL", "http://a"),
    ("KAOLIN_RPC_URL", "http://a", "POLYGON_RPC_URL", "http://a"),
    ("STREAM_PAYMENT_ADDRESS", "0x1", "STREAM_PAYMENT_ADDRESS", "0x1"),
    ("DEPLOYMENTS_DIR", "/d", "GOLEM_DEPLOYMENTS_DIR", "/d"),
    ("GLM_TOKEN_ADDRESS", "0x0", "GLM_TOKEN_ADDRESS", "0x0"),
    ("STREAM_MIN_REMAINING_SECONDS", "60", "STREAM_MIN_REMAINING_SECONDS", "60"),
    ("STREAM_MONITOR_ENABLED", "false", "STREAM_MONITOR_ENABLED", "0"),
    ("STREAM_MONITOR_INTERVAL_SECONDS", "45", "STREAM_MONITOR_INTERVAL_SECONDS", "45"),
    ("STREAM_WITHDRAW_ENABLED", "true", "STREAM_WITHDRAW_ENABLED", "1"),
    ("STREAM_WITHDRAW_INTERVAL_SECONDS", "30", "STREAM_WITHDRAW_INTERVAL_SECONDS", "30"),
    (
      "STREAM_MIN_WITHDRAW_WEI", "9000000000000000000000", "STREAM_MIN_WITHDRAW_WEI",
      "9000000000000000000000"
    ),
    ("STREAM_REMOVE_MAPPING_ON_EXHAUSTED", "true", nil, ""),
    ("STREAM_DELETE_ON_EXHAUSTED", "true", "STREAM_DELETE_ON_EXHAUSTED", "1"),
    ("FAUCET_URL", "http://a", "FAUCET_URL", "http://a"),
    ("CAPTCHA_URL", "http://a", "CAPTCHA_URL", "http://a"),
    ("CAPTCHA_API_KEY", "a", "CAPTCHA_API_KEY", "a"),
    ("L2_FAUCET_URL", "http://a", "L2_FAUCET_URL", "http://a"),
    ("L2_CAPTCHA_URL", "http://a", "L2_CAPTCHA_URL", "http://a"),
    ("L2_CAPTCHA_API_KEY", "a", "L2_CAPTCHA_API_KEY", "a"),
    ("PRICE_USD_PER_CORE_MONTH", "5.0", "PRICE_USD_PER_CORE_MONTH", "5.0"),
    ("PRICE_USD_PER_GB_RAM_MONTH", "2.5", "PRICE_USD_PER_GB_RAM_MONTH", "2.5"),
    ("PRICE_USD_PER_GB_STORAGE_MONTH", "0.2", "PRICE_USD_PER_GB_STORAGE_MONTH", "0.2"),
    ("PRICE_GLM_PER_CORE_MONTH", "5", "PRICE_GLM_PER_CORE_MONTH", "5.0"),
    ("PRICE_GLM_PER_GB_RAM_MONTH", "2.5", "PRICE_GLM_PER_GB_RAM_MONTH", "2.5"),
    ("PRICE_GLM_PER_GB_STORAGE_MONTH", "0.2", "PRICE_GLM_PER_GB_STORAGE_MONTH", "0.2"),
    ("COINGECKO_API_URL", "http://a", "COINGECKO_API_URL", "http://a"),
    ("COINGECKO_IDS", "golem,glm", "COINGECKO_IDS", "golem,glm"),
    ("PRICING_UPDATE_ENABLED", "false", "PRICING_UPDATE_ENABLED", "0"),
    ("PRICING_UPDATE_MIN_DELTA_PERCENT", "2.5", "PRICING_UPDATE_MIN_DELTA_PERCENT", "2.5"),
    ("PRICING_UPDATE_INTERVAL_DISCOVERY", "60", "PRICING_UPDATE_INTERVAL_SECONDS", "60"),
    ("PRICING_UPDATE_INTERVAL_GOLEM_BASE", "9", nil, ""),
    ("MULTIPASS_BINARY_PATH", "/m", "MULTIPASS_BINARY_PATH", "/m"),
    ("NGINX_DIR", "/n", "NGINX_DIR", "/n"),
    ("NGINX_CONFIG_DIR", "/n", "NGINX_CONFIG_DIR", "/n"),
  ]

  @Test(
    "X-B7-1: each does what it says, or it is said once that it does not",
    arguments: all.map { $0.name + "=" + $0.value })
  func eachVariable(_ line: String) throws {
    let row = try #require(Self.all.first { $0.name + "=" + $0.value == line })
    let full = Prefixed.prefix + row.name
    // One that names itself, so that nobody is warned of what is everybody's name.
    let configuration = try load(["PROVIDER_ID": "provider-1", full: row.value])
    if let wanted = row.setting {
      let setting = try #require(Setting.named(wanted))
      #expect(configuration.origin[wanted] == .environment)
      if row.name != "ENVIRONMENT" || wanted == row.name {
        #expect(setting.show(configuration) == row.shown)
      }
      #expect(configuration.warnings == [])
    } else {
      #expect(Setting.named(full) == nil)
      try #require(configuration.warnings.count == 1)
      #expect(configuration.warnings[0].hasPrefix("\(full): "))
    }
  }

  @Test("All of one part are told of in one line")
  func once() throws {
    let unmet = Self.all.map(\.name).filter { $0.hasPrefix("GOLEM_BASE_") }
    #expect(unmet.count > 1)
    let variables = Dictionary(unmet.map { (Prefixed.prefix + $0, "1") }) { $1 }
    let warnings = try load(variables).warnings
    #expect(warnings.count == 1)
    let words = warnings[0].split { ", :".contains($0) }.map(String.init)
    for name in variables.keys { #expect(words.contains(name)) }
    #expect(warnings[0].hasSuffix(try #require(Unmet.reason(of: unmet[0]))))
  }

  @Test("X-B7-2: how many machines, how many requests and how full are read and kept")
  func promises() throws {
    let settings = try load([
      "GOLEM_PROVIDER_MAX_VMS": "3", "GOLEM_PROVIDER_RATE_LIMIT_PER_MINUTE": "9",
      "GOLEM_PROVIDER_CPU_THRESHOLD": "1", "GOLEM_PROVIDER_MEMORY_THRESHOLD": "2",
      "GOLEM_PROVIDER_STORAGE_THRESHOLD": "3",
    ]).machines
    #expect(settings.mostMachines == 3)
    #expect(settings.requestsPerMinute == 9)
    #expect(settings.thresholds.cpuPercent == 1)
    #expect(settings.thresholds.memoryPercent == 2)
    #expect(settings.thresholds.diskPercent == 3)
  }

  @Test("GOLEM_ENVIRONMENT counts over ENVIRONMENT; development marks the name and the network")
  func mode() throws {
    let configuration = try load([
      "GOLEM_PROVIDER_ENVIRONMENT": "production", "GOLEM_ENVIRONMENT": "development",
      "GOLEM_PROVIDER_NAME": "shed",
    ])
    #expect(configuration.machines.environment == "development")
    #expect(configuration.providerName == "DEVMODE-shed")
    #expect(configuration.machines.network == "development")
    let chosen = try load(["GOLEM_ENVIRONMENT": "development", "GOLEM_PROVIDER_NETWORK": "testnet"])
    #expect(chosen.machines.network == "testnet")
    #expect(throws: Failure.self) { try load(["GOLEM_PROVIDER_DEBUG": "perhaps"]) }
    #expect(try load(["GOLEM_PROVIDER_DEBUG": "false"]).origin["LOG_LEVEL"] == nil)
  }

  @Test("Called as golem-provider a node listens at its port, and has its words")
  func names() throws {
    #expect(try load([:]).addresses.map(\.description) == ["127.0.0.1:7466"])
    #expect(try load([:]).speaksGolem)
    for words in [
      ["streams", "list"], ["streams", "show", "web"], ["streams", "withdraw", "--all"],
      ["streams", "earnings"], ["config", "monitor"], ["config", "withdraw"],
    ] {
      for name in ["orien", "golem-provider"] {
        #expect(Capture().run(all: words + ["--help"], as: name) == .success)
      }
    }
  }
}
