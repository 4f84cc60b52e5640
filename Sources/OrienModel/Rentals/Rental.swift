/// A machine that somebody has rented, as it is kept: what was asked for, how far it is, and what
/// it holds of this machine. It is written before whatever it says is done.
package struct Rental: Sendable, Equatable {
  /// How far it is. What holds nothing any more is `deleted` or `failed`.
  package enum Phase: String, Sendable, CaseIterable {
    case creating, starting, running, stopping, stopped
    /// All that it holds is being given back, whatever the reason.
    case deleting
    case deleted, failed

    package var isOver: Bool { self == .deleted || self == .failed }
  }

  /// In the ledger; nil until it is there.
  package var number: Int64?
  /// Also the machine's name at its backend and that of its port.
  package var id: String
  package var name: String
  package var owner: Owner
  package var phase: Phase
  package var size: MachineSize
  package var image: String
  package var access: Access
  /// By which whoever does not wait asks how the making went.
  package var job: String
  /// The backend that has the machine, once it has been asked for it.
  package var backend: String?
  /// The port of this machine that leads to it.
  package var port: UInt16?
  /// That port is open, as far as this node has seen: kept nowhere, for the next has to look itself.
  package var isOpen = false
  /// What lends that port, as it is called.
  package var proxy: String?
  /// Where its SSH is reached from here.
  package var target: Target?
  /// Its own, as far as it is known.
  package var address: String?
  /// Why it failed, or why it is being given back.
  package var trouble: Trouble?
  /// Why the node has stopped it, which starts it again once that is over; nil where its renter has.
  package var pause: String?
  /// When it could be reached first: until then nobody had anything of it.
  package var readyAt: Timestamp?
  package var traffic = Traffic()
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var endedAt: Timestamp?

  package struct Target: Sendable, Equatable {
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) {
      self.host = host
      self.port = port
    }
  }

  package struct Trouble: Sendable, Equatable {
    package var code: Failure.Code
    package var reason: String
    package var message: String

    package init(_ code: Failure.Code, _ reason: String, _ message: String) {
      self.code = code
      self.reason = reason
      self.message = message
    }

    package init(_ failure: Failure) {
      self.init(failure.code, failure.reason, failure.message)
    }

    package var failure: Failure { Failure(code, reason, message) }
  }

  /// Who can log in.
  package struct Access: Sendable, Equatable {
    /// In OpenSSH's form, as one line.
    package var publicKey: String
    /// Of a pair that the node has made, sealed, until it is handed out.
    package var sealedKey: [UInt8]?
    package var handedOutAt: Timestamp?
    /// Of what opens this machine to whoever rents it without a key of the node's.
    package var tokenPrint: String?

    package init(
      publicKey: String, sealedKey: [UInt8]? = nil, handedOutAt: Timestamp? = nil,
      tokenPrint: String? = nil
    ) {
      self.publicKey = publicKey
      self.sealedKey = sealedKey
      self.handedOutAt = handedOutAt
      self.tokenPrint = tokenPrint
    }
  }

  /// What has gone over its port, and what of that its proxy's present counts have.
  package struct Traffic: Sendable, Equatable {
    package var connections: UInt64 = 0
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    package var counted = Counts()

    package struct Counts: Sendable, Equatable {
      package var connections: UInt64 = 0
      package var bytesIn: UInt64 = 0
      package var bytesOut: UInt64 = 0

      package init() {}

      package init(connections: UInt64, bytesIn: UInt64, bytesOut: UInt64) {
        self.connections = connections
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
      }
    }

    package init() {}

    /// Takes what a proxy counts now. Counts only grow, so one that is less has begun anew.
    package mutating func take(_ counts: Counts) {
      connections += Self.growth(counted.connections, counts.connections)
      bytesIn += Self.growth(counted.bytesIn, counts.bytesIn)
      bytesOut += Self.growth(counted.bytesOut, counts.bytesOut)
      counted = counts
    }

    private static func growth(_ before: UInt64, _ now: UInt64) -> UInt64 {
      now >= before ? now - before : now
    }
  }

  package init(
    id: String, name: String, owner: Owner, phase: Phase = .creating, size: MachineSize,
    image: String, access: Access, job: String, createdAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.owner = owner
    self.phase = phase
    self.size = size
    self.image = image
    self.access = access
    self.job = job
    self.createdAt = createdAt
    updatedAt = createdAt
  }
}
