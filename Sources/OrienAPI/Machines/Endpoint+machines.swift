import OrienHTTP
import OrienModel
import OrienNode
import OrienSystem

extension Endpoint {
  private static let unknown = Answer.problem(.notFound, "There is no such VM, or it is another's")
  private static let busy = Answer.problem(
    .conflict, "It is being made, started, stopped or deleted")
  private static let unable = Answer.problem(
    .serviceUnavailable, "No machines can be had now, or the backend does not answer")
  private static let failed = Answer.problem(.internalServerError, "The backend has failed")
  private static let asynchronous = Query(
    name: "async", summary: "Do not wait until it is done", schema: Query.flag)

  static let machines: [Endpoint] = [
    Endpoint(
      .post, "/api/v1/vms", "Rent a machine.", query: [asynchronous],
      body: .json(schema: "MachineRequest"),
      answers: [
        .json("It runs", "Machine"),
        .json("It is being made", "MachineJob", status: .accepted), .faultyFields,
        .problem(.contentTooLarge, "The body is larger than it may be"),
        .problem(.unsupportedMediaType, "The body is no JSON by its fields"),
        .problem(.conflict, "The name or the stream is taken, or it was deleted meanwhile"),
        .problem(
          .paymentRequired, "The stream does not pay for it, or its sender has to sign that it may"),
        .problem(.forbidden, "Another than the stream's sender has signed"),
        .problem(.serviceUnavailable, "There is no room for it, or it did not come up"),
        .problem(.insufficientStorage, "The node's disk is full"), failed,
      ]
    ) { api, inquiry throws(Failure) in try api.rentMachine(inquiry) },
    Endpoint(
      .get, "/api/v1/vms", "List one's machines; the operator's list has everybody's.",
      answers: [.json("Those that are there", "Machines"), unable]
    ) { api, inquiry throws(Failure) in try api.listMachines(inquiry) },
    Endpoint(
      .get, "/api/v1/vms/jobs/{job_id}", "Ask how the making of a machine goes.",
      answers: [
        .json("How it goes", "MachineJob"), .problem(.notFound, "No such job"), unable, failed,
      ]
    ) { api, inquiry throws(Failure) in try api.sendJob(inquiry) },
    Endpoint(
      .get, "/api/v1/vms/{name}", "Look at a machine, by its name or its id.",
      answers: [.json("As it is", "Machine"), unknown, unable]
    ) { api, inquiry throws(Failure) in try api.sendMachine(inquiry) },
    Endpoint(
      .get, "/api/v1/vms/{name}/access",
      "Ask how to log in. A key that the node has made is handed out once.",
      answers: [
        .json("As root, here", "MachineAccess"),
        .json("There is no way yet", "MachineAccess", status: .accepted), unknown,
        .problem(.forbidden, "Only whose it is may know"), unable, failed,
      ]
    ) { api, inquiry throws(Failure) in try api.sendAccess(inquiry) },
    Endpoint(
      .post, "/api/v1/vms/{name}/start", "Start a machine that is stopped.",
      answers: [
        .json("It runs", "Machine"), unknown, busy, unable, failed,
        .problem(.paymentRequired, "Its stream does not pay for it"),
      ]
    ) { api, inquiry throws(Failure) in
      try api.turnMachine(inquiry) { rentals, id, answer in rentals.start(id, then: answer) }
    },
    Endpoint(
      .post, "/api/v1/vms/{name}/stop",
      "Stop a machine; it keeps its disk, its port and its place.",
      answers: [.json("It is stopped", "Machine"), unknown, busy, unable, failed]
    ) { api, inquiry throws(Failure) in
      try api.turnMachine(inquiry) { rentals, id, answer in rentals.stop(id, then: answer) }
    },
    Endpoint(
      .post, "/api/v1/vms/{name}/ssh-keys",
      "Add a key to a machine: refused, for nobody but its renter writes into one that is there.",
      answers: [unknown, .problem(.conflict, "Keys are given when a machine is made"), unable]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      let name = try api.rental(inquiry).name
      throw Failure(
        .conflict, "keys-are-given",
        "VM \(name) has the key that it was made with: log in and add others to"
          + " /root/.ssh/authorized_keys")
    },
    Endpoint(
      .delete, "/api/v1/vms/{name}", "Delete a machine and all that it has.",
      query: [
        asynchronous,
        Query(
          name: "compat", summary: "golem: one that is not there is deleted",
          schema: #"{"enum":["golem"]}"#),
      ],
      answers: [
        .json("Nothing of it is left", "Nothing"),
        .json("Its end has begun", "Machine", status: .accepted), unknown, unable, failed,
      ]
    ) { api, inquiry throws(Failure) in try api.deleteMachine(inquiry) },
  ]
}

extension API {
  /// The largest body: a name, sizes and a key.
  private static let requestBytes = 64 << 10
  /// So long a client waits for the end of a machine before it hears that it has begun.
  private static let endPatience = Duration.seconds(60)

  func rentals() throws(Failure) -> Rentals {
    guard let machines else {
      throw Failure(.unavailable, "no-machines", "this node rents no machines")
    }
    guard let rentals = machines.rentals else { throw machines.wake() }
    return rentals
  }

  /// One that the caller may see; others are as if they were not there.
  func rental(_ inquiry: Inquiry) throws(Failure) -> Rental {
    let name = inquiry.parameters["name"]
    guard let rental = try rentals().find(name), inquiry.caller.maySee(rental) else {
      throw Failure(.notFound, "vm-not-found", "VM \(name.quoted) not found")
    }
    return rental
  }

  func rentMachine(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("async")
    let isAsynchronous = try inquiry.flag("async")
    try inquiry.requireJSON()
    let rentals = try rentals()
    inquiry.exchange.collectBody(atMost: Self.requestBytes) { [self] body in
      do throws(FieldFaults) {
        let request = try MachineRequest(body)
        rent(request, rentals, inquiry, isAsynchronous: isAsynchronous)
      } catch {
        inquiry.exchange.refuse(error)
      }
    }
  }

  private func rent(
    _ request: MachineRequest, _ rentals: Rentals, _ inquiry: Inquiry, isAsynchronous: Bool
  ) {
    var order = RentalOrder(
      name: request.name, owner: inquiry.caller.owner, size: request.size,
      image: request.image ?? machines?.settings.image ?? "",
      access: request.key.map { Rental.Access(publicKey: $0.line) }
        ?? rentals.newPair(for: request.name))
    guard let payments, payments.settings.isOn else {
      return rent(order, rentals, inquiry, isAsynchronous: isAsynchronous)
    }
    guard let stream = request.stream else {
      return inquiry.exchange.fail(
        Failure(
          .invalid, "stream-required", "stream_id required when payments are enabled",
          faults: [.init("/stream_id", "is not there")]))
    }
    let named = NamedStream(
      stream, proof: request.proof, isOperators: inquiry.caller.isOperator)
    payments.verify(named, for: request.name, request.size) { [self] result in
      switch result {
      case .failure(let failure): inquiry.exchange.fail(failure)
      case .success(let verified):
        order.payment = verified
        let token = inquiry.caller == .payer ? MachineToken.make() : nil
        if let token {
          order.owner = Owner("stream:" + verified.sender)
          order.access.tokenPrint = token.print
        }
        rent(order, rentals, inquiry, token: token, isAsynchronous: isAsynchronous)
      }
    }
  }

  private func rent(
    _ order: RentalOrder, _ rentals: Rentals, _ inquiry: Inquiry, token: MachineToken? = nil,
    isAsynchronous: Bool
  ) {
    rentals.rent(order) { [self] result in
      guard case .success(let rental) = result, !isAsynchronous else {
        return inquiry.answer(result, status: .accepted) { $0.write(job: $1, token: token?.text) }
      }
      let host = publicHost(inquiry)
      rentals.whenMade(rental.id) { result in
        inquiry.answer(result) { $0.write($1, host: host, token: token?.text) }
      }
    }
  }

  func listMachines(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let rentals = try rentals()
    let mine = rentals.all.filter { inquiry.caller.maySee($0) }
    let host = publicHost(inquiry)
    inquiry.exchange.answer { writer in
      writer.array { writer in for rental in mine { writer.write(rental, host: host) } }
    }
  }

  func sendMachine(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    send(.success(try rental(inquiry)), inquiry)
  }

  private func send(
    _ result: Result<Rental, Failure>, status: HTTPStatus = .ok, _ inquiry: Inquiry
  ) {
    let host = publicHost(inquiry)
    inquiry.answer(result, status: status) { $0.write($1, host: host) }
  }

  func sendJob(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    let job = inquiry.parameters["job_id"]
    let send = { (result: Result<Rental?, Failure>) in
      let found = result.flatMap { rental in
        guard let rental, inquiry.caller.maySee(rental) else {
          return Result<Rental, Failure>.failure(
            Failure(.notFound, "job-not-found", "job not found"))
        }
        return .success(rental)
      }
      inquiry.answer(found) { $0.write(job: $1) }
    }
    try rentals().find(job: job, then: send)
  }

  func turnMachine(
    _ inquiry: Inquiry,
    _ turn: (Rentals, String, @escaping (Result<Rental, Failure>) -> Void) -> Void
  ) throws(Failure) {
    try inquiry.allowQuery()
    let id = try rental(inquiry).id
    turn(try rentals(), id) { [self] result in send(result, inquiry) }
  }

  func deleteMachine(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery("async", "compat")
    let isAsynchronous = try inquiry.flag("async")
    let isGolem = try inquiry.isGolem() || speaksGolem
    let rentals = try rentals()
    let id: String
    do throws(Failure) {
      id = try rental(inquiry).id
    } catch {
      guard isGolem, error.code == .notFound else { throw error }
      return inquiry.exchange.answer { $0.writeNull() }
    }
    var isAnswered = false
    let patience = loop.schedule(after: isAsynchronous ? .zero : Self.endPatience) { [self] in
      isAnswered = true
      let now = rentals.find(id).map { Result<Rental, Failure>.success($0) }
      send(now ?? .failure(Rentals.absent(id)), status: .accepted, inquiry)
    }
    rentals.delete(id) { result in
      guard !isAnswered else { return }
      patience.cancel()
      inquiry.answer(result) { writer, _ in writer.writeNull() }
    }
  }
}

extension Inquiry {
  /// Whether the caller wants what that system answers where this node would answer something else.
  fileprivate func isGolem() throws(Failure) -> Bool {
    switch try single("compat") {
    case nil: return false
    case "golem": return true
    default:
      throw Failure(
        .invalid, "invalid-query", "compat: expected golem",
        faults: [.init("/compat", "is not golem")])
    }
  }

  fileprivate func answer<Value>(
    _ result: Result<Value, Failure>, status: HTTPStatus = .ok,
    _ write: (inout JSONWriter, Value) -> Void
  ) {
    switch result {
    case .success(let value): exchange.answer(status) { write(&$0, value) }
    case .failure(let failure): exchange.fail(failure)
    }
  }
}
