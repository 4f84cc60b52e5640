import OrienModel
import OrienNode
import OrienSystem

/// What machines cost now, and what this machine earns where all of it is rented.
struct PriceReport {
  private(set) var prices: CurrentPrices
  /// Since when the prices in GLM are these, as the node says it.
  private var since: String?
  /// A node that runs has said so; else the settings do.
  private(set) var isOfNode = false
  /// What there is for rent here; nil where that cannot be seen.
  private(set) var capacity: MachineSize?
  private let mostMachines: Int64

  /// Asks the node that there may be. Where none answers the settings say what they can; one that was
  /// named has to.
  init(
    _ configuration: Configuration, asking node: NodeClient, isExpected: Bool
  ) throws(Failure) {
    self.init(configuration)
    do throws(Failure) {
      (prices, since) = try node.prices()
      isOfNode = true
    } catch {
      guard error.isOfNoNode, !isExpected else { throw error }
      return
    }
    capacity = try node.rentable() ?? capacity
  }

  /// As the settings have it, whatever a node says.
  init(_ configuration: Configuration) {
    prices = CurrentPrices(configuration.machines)
    mostMachines = Int64(configuration.machines.mostMachines)
    capacity = configuration.rentable
  }

  /// The same as these settings will have it, at the price that the token has now.
  func asSet(_ settings: MachineSettings) -> PriceReport {
    var report = self
    let set = CurrentPrices(settings)
    let followed = prices.rate.flatMap { rate in
      set.following(rate, settings, since: .now)
    }
    report.prices = followed ?? set
    return report
  }

  /// As many as there is room for, and may be.
  private func count(of size: MachineSize) -> Int64? {
    capacity.map { min(size.count(in: $0), mostMachines) }
  }
}

extension Configuration {
  /// What this machine has for rent, as far as anybody sees it who is not its node.
  fileprivate var rentable: MachineSize? {
    var path = stateFolder
    // The node makes what is missing of it, on the disk of what is there.
    while path.count > 1, HostFile.kind(at: path) == nil {
      path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
    let figures = try? MachineFigures(of: Folder(at: path.isEmpty ? "/" : path))
    return figures.map { MachineSize(rentable: $0) }
  }
}

// MARK: For people

extension PriceReport {
  func parts(_ origin: [String: Configuration.Origin]) -> TextTable {
    var table = TextTable("A MONTH OF", "USD", "GLM", "FROM")
    let rows = [
      ("a processor", \MonthlyPrices.core, "CORE"), ("a GB of memory", \.memoryGiB, "GB_RAM"),
      ("a GB of disk", \.diskGiB, "GB_STORAGE"),
    ]
    for (what, price, name) in rows {
      let setting = origin["PRICE_USD_PER_\(name)_MONTH"]?.description ?? "default"
      table.add(
        what, prices.usd[keyPath: price].description,
        prices.isKnown ? prices.glm[keyPath: price].description : "not known",
        isOfNode ? "the node" : setting)
    }
    return table
  }

  var sizes: TextTable {
    var table = TextTable(
      "SIZE", "PROCESSORS", "MEMORY", "DISK", "USD A MONTH", "USD AN HOUR", "GLM A MONTH",
      "WEI A SECOND", "FIT", "USD A MONTH IF SO MANY")
    for (name, size) in MachineSize.named {
      let month = prices.usd.month(of: size)
      let count = count(of: size)
      table.add(
        name, "\(size.cpu)", "\(size.memoryGiB) GB", "\(size.diskGiB) GB",
        month.short.description, month.anHour.short.description,
        prices.isKnown ? prices.glm.month(of: size).short.description : "not known",
        prices.isKnown ? prices.glm.ratePerSecond(of: size).description : "not known",
        count.map { "\($0)" } ?? "",
        count.map { (month.times($0) ?? .most).short.description } ?? "")
    }
    return table
  }

  var lines: [String] {
    var lines: [String] = []
    if let rate = prices.rate {
      let since = since.map { " since \($0.printable)" } ?? ""
      lines.append("a GLM costs \(rate) USD, as the price source of the node has it\(since)")
    } else if prices.isKnown {
      lines.append("prices in GLM are as they are set; no price source is followed")
    } else if isOfNode {
      lines.append("prices in GLM are not known: the node's price source has said nothing yet")
    } else {
      lines.append(
        "prices in GLM are not known: set PRICE_GLM_PER_CORE_MONTH and its like, or"
          + " COINGECKO_API_URL, which a node that runs asks")
    }
    if let capacity {
      let month = prices.usd.month(of: capacity)
      let glm = prices.isKnown ? " (\(prices.glm.month(of: capacity).short) GLM)" : ""
      lines.append(
        "all of this machine, \(capacity.cpu) processors, \(capacity.memoryGiB) GB of memory and"
          + " \(capacity.diskGiB) GB of disk: \(month.short) USD a month\(glm)")
    }
    return lines
  }
}

// MARK: For programs

extension PriceReport {
  /// The members of an object.
  func write(to writer: inout JSONWriter) {
    writer.write(prices: prices)
    writer.field("source", prices.source.rawValue)
    writer.field("known", prices.isKnown)
    writer.field("updated_at", since)
    writer.field("of", isOfNode ? "node" : "settings")
    writer.array("sizes") { writer in
      for (name, size) in MachineSize.named {
        writer.object { writer in
          writer.field("size", name)
          writer.write(resources: size)
          let month = prices.usd.month(of: size)
          writer.field("usd_month", month)
          writer.field("usd_hour", month.anHour)
          if prices.isKnown {
            writer.field("glm_month", prices.glm.month(of: size))
            // As a text, for it may be more than a number of JSON can be.
            writer.field("wei_per_second", prices.glm.ratePerSecond(of: size).description)
          }
          guard let count = count(of: size) else { return }
          writer.field("fit", count)
          writer.field("usd_month_of_all", month.times(count) ?? .most)
        }
      }
    }
    guard let capacity else { return }
    writer.object("estimate") { writer in
      writer.write(resources: capacity)
      writer.field("usd_month", prices.usd.month(of: capacity))
      if prices.isKnown { writer.field("glm_month", prices.glm.month(of: capacity)) }
    }
  }
}
