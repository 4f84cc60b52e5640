package import OrienLedger
package import OrienModel
package import OrienSystem

/// The machines that this node rents out, each from before it is made until all that it held is given
/// back. Whatever is done for one is in the ledger before it is done, so that the next node goes on
/// where this one dies. Belongs to the loop.
package final class Rentals {
  package struct Parts {
    package var loop: Loop
    package var ledger: Ledger
    package var log: Log
    package var host: any MachineHost
    package var proxy: any PortProxy

    package init(
      loop: Loop, ledger: Ledger, log: Log, host: any MachineHost, proxy: any PortProxy
    ) {
      self.loop = loop
      self.ledger = ledger
      self.log = log
      self.host = host
      self.proxy = proxy
    }
  }

  package struct Settings: Sendable {
    /// How long a backend has to make a machine.
    package var launchDeadline = Duration.seconds(300)
    /// How often, and how many times, it is looked whether a late one has come up.
    package var lateDelay = Duration.seconds(5)
    package var lateLooks = 15
    /// How often what is there is compared with what should be.
    package var matchEvery = Duration.seconds(60)
    /// The first and the longest wait before what did not succeed is tried again.
    package var firstRetry = Duration.seconds(1)
    package var longestRetry = Duration.seconds(60)
    /// By how much each is longer than the one before.
    package var retryGrowthPercent: Int64 = 200
    /// For how long a port that somebody else has is left alone.
    package var barredFor = Duration.seconds(600)
    package var stopsAtExit = false

    package init() {}
  }

  let parts: Parts
  package let settings: Settings
  package private(set) var capacity: Capacity
  package internal(set) var ports: PortRange
  /// By id.
  var machines: [String: RentedMachine] = [:]
  private var ids: [String: String] = [:]
  /// The newest second that an id of a name has, while it is not over.
  private var lastSeconds: [String: Int64] = [:]
  /// Why no machine is to be made now, beside what is rented.
  package var overload: () -> Failure? = { nil }
  /// What is there was compared with what should be.
  package var onMatch: (_ machines: [Machine], _ open: [PortLease]) -> Void = { _, _ in }
  /// A stream pays for a machine now that is about to be made.
  package var onPaid: (StreamClaim) -> Void = { _ in }
  /// Nothing is left of a machine.
  package var onOver: (Rental) -> Void = { _ in }
  /// Why a machine is not to run, such as that nobody pays for it; nil where it may.
  package var hindrance: (Rental) -> Failure? = { _ in nil }
  /// Something was rented or given back.
  package var onChange: () -> Void = {}
  /// A port is about to lead to a machine: whoever listens there for another reason is to end that.
  package var onTake: (UInt16) -> Void = { _ in }
  var isEnding = false
  /// What an earlier node has left was compared with what is there.
  package internal(set) var hasMatched = false
  var timer: Timer?
  /// What has been said of the backend's silence, so that it is said once.
  var silence: String?
  /// Machines of the backend's that nobody here knows of, told once each.
  var strays: Set<String> = []

  package init(_ parts: Parts, _ settings: Settings, capacity: Capacity, ports: PortRange) {
    self.parts = parts
    self.settings = settings
    self.capacity = capacity
    self.ports = ports
  }

  // MARK: Looking

  package var all: [Rental] {
    machines.values.map(\.record).sorted { ($0.number ?? 0) < ($1.number ?? 0) }
  }

  /// One that is not over, by its id or its name.
  package func find(_ text: String) -> Rental? { machine(text)?.record }

  package func find(job: String) -> Rental? {
    machines.values.first { $0.record.job == job }?.record
  }

  /// The one that a token opens, by what is kept of it.
  package func find(token print: String) -> Rental? {
    machines.values.first { $0.record.access.tokenPrint == print }?.record
  }

  func machine(_ text: String) -> RentedMachine? {
    machines[text] ?? ids[text].flatMap { machines[$0] }
  }

  /// Why no machine would be made now; nil where one would, if there is room for it.
  package var trouble: Failure? {
    if isEnding { return Failure(.unavailable, "draining", "the node is going down") }
    return parts.host.trouble ?? overload()
  }

  // MARK: Renting

  /// Answers once it is kept that there is to be such a machine, and then makes it.
  package func rent(
    _ order: RentalOrder, then answer: @escaping (Result<Rental, Failure>) -> Void
  ) {
    do throws(Failure) {
      if let trouble { throw trouble }
      guard ids[order.name] == nil else {
        throw Failure(
          .conflict, "name-taken", "there is a machine named \(order.name) already")
      }
      let now = Timestamp.now
      let id = freeID(order.name, now)
      try capacity.take(order.size)
      do throws(Failure) {
        var record = order.rental(id: id, at: now)
        record.port = try takePort(for: id)
        begin(RentedMachine(record), paidBy: order.payment, then: answer)
      } catch {
        capacity.giveBack(order.size)
        throw error
      }
    } catch {
      parts.loop.soon { answer(.failure(error)) }
    }
  }

  private func begin(
    _ machine: RentedMachine, paidBy payment: VerifiedStream?,
    then answer: @escaping (Result<Rental, Failure>) -> Void
  ) {
    add(machine)
    let claim = payment?.claim(for: .machine(machine.id), at: machine.record.createdAt)
    let reply = parts.loop.reply { [self] (result: Result<Ledger.Begun, Failure>) in
      switch result {
      case .success(let begun):
        machine.note(number: begun.rental)
        if var claim {
          claim.number = begun.claim
          onPaid(claim)
        }
        answer(.success(machine.record))
        onChange()
        if machine.isWanted { make(machine) } else { giveBack(machine, for: nil) }
      case .failure(let failure):
        remove(machine)
        answer(.failure(failure))
      }
    }
    parts.ledger.begin(machine.record, paidBy: claim, then: reply)
  }

  func takePort(for id: String) throws(Failure) -> UInt16 {
    let port = try ports.take(for: id, at: parts.loop.now)
    onTake(port)
    return port
  }

  /// An id has its second in it, and no two have one.
  private func freeID(_ name: String, _ now: Timestamp) -> String {
    let second = now.microseconds / 1_000_000
    lastSeconds = lastSeconds.filter { $0.value >= second }
    let free = lastSeconds[name].map { $0 + 1 } ?? second
    lastSeconds[name] = free
    return Rental.id(name, Timestamp(microseconds: free * 1_000_000))
  }

  func add(_ machine: RentedMachine) {
    machines[machine.id] = machine
    ids[machine.record.name] = machine.id
  }

  /// Takes one over that an earlier node has kept.
  func keep(_ machine: RentedMachine) {
    capacity.keep(machine.record.size)
    if let port = machine.record.port { ports.keep(port, for: machine.id) }
    add(machine)
  }

  /// Nothing of it is left.
  func remove(_ machine: RentedMachine) {
    machine.retry?.cancel()
    machines[machine.id] = nil
    ids[machine.record.name] = nil
    capacity.giveBack(machine.record.size)
    if let port = machine.next.port { ports.giveBack(port, of: machine.id) }
    onChange()
  }

  /// The ports that somebody outside has reached, or nil where nobody was asked.
  package func note(reached: Set<UInt16>?) {
    ports.note(reached: reached)
    onChange()
  }

  package func note(total: MachineSize) {
    capacity.note(total: total)
    onChange()
  }

  // MARK: Waiting

  /// Calls `body` once the machine can be reached, or there will be none.
  package func whenMade(_ id: String, _ body: @escaping (Result<Rental, Failure>) -> Void) {
    guard let machine = machines[id] else {
      return parts.loop.soon { body(.failure(Self.absent(id))) }
    }
    guard machine.record.phase == .creating || !machine.isWanted else {
      let record = machine.record
      return parts.loop.soon { body(.success(record)) }
    }
    machine.whenMade.append(body)
  }

  package static func absent(_ text: String) -> Failure {
    Failure(.notFound, "vm-not-found", "VM \(text.quoted) not found")
  }

  // MARK: Keeping

  /// Writes down what is about to be so, and then goes on. Where that cannot be written nothing more is
  /// done: the ledger has ended the node.
  func keep(
    _ machine: RentedMachine, _ change: (inout Rental) -> Void, then body: @escaping () -> Void,
    orElse failed: @escaping (Failure) -> Void = { _ in }
  ) {
    change(&machine.next)
    machine.next.updatedAt = .now
    let record = machine.next
    parts.ledger.update(
      record,
      then: parts.loop.reply { [self] (result: Result<Void, Failure>) in
        switch result {
        case .success:
          machine.record = record
          onChange()
          body()
        case .failure(let failure):
          parts.log.error(
            "what became of a machine is not kept",
            ["machine": machine.id, "error": failure.description])
          machine.answerMade(.failure(failure))
          machine.answerTurned(.failure(failure))
          machine.answerGone(.failure(failure))
          failed(failure)
        }
      })
  }

  /// The end of whatever was done for it.
  func rest(_ machine: RentedMachine) {
    machine.isBusy = false
    machine.attempts = 0
    if !machine.isWanted { giveBack(machine, for: nil) }
  }

  /// Does `body` later, and later still the more often it was needed.
  func again(_ machine: RentedMachine, _ body: @escaping () -> Void) {
    var delay = settings.firstRetry
    for _ in 0..<min(machine.attempts, 16) {
      delay = min(delay * settings.retryGrowthPercent / 100, settings.longestRetry)
    }
    machine.attempts += 1
    machine.retry = parts.loop.schedule(after: delay, body)
  }
}
