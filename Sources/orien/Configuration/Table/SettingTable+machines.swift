import OrienModel
import OrienNode

// Of machines that are rented out. Each is known by its name behind GOLEM_PROVIDER_ too.
extension Setting {
  static let machines: [Setting] = [
    Setting(
      "MAX_VMS", \.machines.mostMachines, .whole(0...100_000), "Machines that are rented at once"),
    Setting(
      "DEFAULT_VM_IMAGE", \.machines.image, .text,
      "The image of machines whose renter names none; empty: the backend's own"),
    Setting(
      "MULTIPASS_BINARY_PATH", \.multipassPath, .optional(.path),
      "Where multipass is, for the backend multipass-vm; else its manifest says so"),
    Setting(
      "MIN_CPU_CORES", \.machines.least.cpu, .whole(1...1024),
      "With fewer processors left none is offered"),
    Setting(
      "MIN_MEMORY_GB", \.machines.least.memoryGiB, .whole(1...16384),
      "With less memory left none is offered"),
    Setting(
      "MIN_STORAGE_GB", \.machines.least.diskGiB, .whole(1...1_048_576),
      "With less disk left none is offered"),
    Setting(
      "CPU_THRESHOLD", \.machines.thresholds.cpuPercent, .whole(1...100),
      "While more of this machine's processors is in use, in percent, none is made"),
    Setting(
      "MEMORY_THRESHOLD", \.machines.thresholds.memoryPercent, .whole(1...100),
      "The same of memory"),
    Setting(
      "STORAGE_THRESHOLD", \.machines.thresholds.diskPercent, .whole(1...100),
      "The same of disk"),
    Setting(
      "LAUNCH_TIMEOUT_SECONDS", \.machines.rentals.launchDeadline, .within(1...600),
      "How long a backend may take to make a machine"),
    Setting(
      "CREATE_VM_MAX_RETRIES", \.machines.rentals.lateLooks, .whole(0...1000),
      "How often it is looked whether a late machine has come up"),
    Setting(
      "CREATE_VM_RETRY_DELAY_SECONDS", \.machines.rentals.lateDelay, .within(1...600),
      "How long it is waited before each of these looks"),
    Setting(
      "RETRY_DELAY_SECONDS", \.machines.rentals.firstRetry, .within(1...600),
      "How long it is waited before what a backend refused is asked again; longer each time"),
    Setting(
      "RETRY_BACKOFF", \.machines.rentals.retryGrowthPercent, .growth,
      "How many times longer it is waited each time"),
    Setting(
      "STOP_VMS_ON_EXIT", \.machines.rentals.stopsAtExit, .flag,
      "Machines are stopped when the node ends; else they go on without it"),
    Setting(
      "PORT_RANGE_START", \.machines.firstPort, .whole(1...65535),
      "The first of the ports by which machines are reached"),
    Setting(
      "PORT_RANGE_END", \.machines.endPort, .whole(2...65536),
      "The first port that is none of them any more"),
    Setting(
      "PROXY_BACKEND", \.machines.proxy, .portBackend,
      "What lends these ports: the node (tcp), a backend of proxy/1 by its engine's name (nginx), or"
        + " auto: such a backend where it can"),
    Setting(
      "NGINX_DIR", \.nginxFolder, .optional(.path),
      "Where nginx.conf is, for `orien proxy setup`", fallback: "the first of nginx's usual folders"
    ),
    Setting(
      "NGINX_CONFIG_DIR", \.nginxServers, .optional(.path),
      "The folder of servers of ours that it includes", fallback: "`golem.d` in that folder"),
    Setting(
      "VM_ACCESS", \.machines.access, .choice(["key": .key, "stream": .stream, "open": .open]),
      "Who may rent: who has a key; who pays by a stream too; or whoever comes from ALLOW_FROM too"),
    Setting(
      "ALLOW_FROM", \.machines.openTo, .list(of: .network),
      "Networks from which machines are rented without a key, where VM_ACCESS is open"),
    Setting(
      "VM_RATE_LIMIT_PER_MINUTE", \.machines.requestsPerMinute, .optional(.whole(1...1_000_000)),
      "Requests that write to /api/v1 in a minute, of each key, or each address without one",
      isLive: true),
    Setting("PROVIDER_COUNTRY", \.machines.country, .country, "Where this machine stands"),
    Setting(
      "ENVIRONMENT", \.machines.environment,
      .choice(["production": "production", "development": "development"]),
      "What renters are told of it"),
    Setting(
      "NETWORK", \.machines.network,
      .choice(["mainnet": "mainnet", "testnet": "testnet", "development": "development"]),
      "The same"),
  ]
}
