package import OrienModel

/// Proof of one final record: the record, and the path from it to a place of the chain that the
/// node has signed. Whoever has it and the node's public key needs nothing else of the node.
package struct Receipt: Sendable, Equatable {
  /// The record's bytes, exactly as they were hashed.
  package var record: [UInt8]
  package var position: Int64
  /// The chain's hash before the record.
  package var previous: [UInt8]
  /// The digests of the records after it, up to the signed place; none of them can be read from it.
  package var following: [[UInt8]]
  package var signature: [UInt8]
  /// How many records the signature covers; nil: it is of a ledger of schema 1.
  package var covers: Int64?
  package var publicKey: [UInt8]

  /// After so many records at most there is a signature.
  static let longestPath = 128

  private static let formats = (old: "orien receipt 1", new: "orien receipt 2")

  /// The chain's hash at the record, by which the execution's record names its receipt.
  package var hash: [UInt8] { link.hash }

  private var link: Link {
    var link = Link(position: position - 1, hash: previous)
    record.withUnsafeBytes { link.follow(record: $0) }
    return link
  }

  /// Fails unless the record is one that the holder of the key has signed for. `trusted` is that
  /// node's public key, from elsewhere: without it a receipt only vouches for itself.
  package func verify(trusted: [UInt8]? = nil) throws(Failure) {
    if let trusted, trusted != publicKey {
      throw Failure(
        .denied, "receipt-key",
        "signed by \(String(hex: publicKey)); expected the key \(String(hex: trusted))")
    }
    guard position >= 1, previous.count == Digest.count, following.count < Self.longestPath,
      following.allSatisfy({ $0.count == Digest.count })
    else { throw Failure(.invalid, "receipt-form", "its hashes are not those of a receipt") }
    var end = link
    for leaf in following { leaf.withUnsafeBytes { end.follow(leaf: $0) } }
    guard following.count < covers ?? .max,
      NodeKey.verify(signature, of: end.headMessage(covering: covers), by: publicKey)
    else {
      throw Failure(
        .invalid, "receipt-signature",
        "the signature of place \(end.position) of the chain does not cover this record")
    }
  }
}

extension Receipt {
  /// The receipt as a file: the record as text, so that no tool that lays JSON out anew breaks it.
  package var json: [UInt8] {
    var json = JSONWriter(reservingBytes: 2048)
    json.object { json in
      json.field("format", covers == nil ? Self.formats.old : Self.formats.new)
      json.field("position", position)
      json.field("hash", String(hex: hash))
      json.name("record")
      json.write(repairing: record)
      json.field("previous", String(hex: previous))
      json.field("following", following.map { String(hex: $0) })
      json.object("head") { json in
        json.field("position", position + Int64(following.count))
        json.field("covers", covers)
        json.field("signature", String(hex: signature))
      }
      json.field("publicKey", String(hex: publicKey))
    }
    return json.bytes
  }

  /// Reads a file that `json` made; whether it is true is for `verify`.
  package init(parsing bytes: [UInt8]) throws(Failure) {
    let json = try JSON(parsing: bytes)
    let format = json["format"]?.string
    let covers = json["head"]?["covers"]?.int64
    guard format == Self.formats.new && covers != nil || format == Self.formats.old && covers == nil
    else {
      throw Failure(
        .invalid, "receipt-form",
        "expected a receipt: an object whose format is \(Self.formats.new), with its head")
    }
    guard let position = json["position"]?.int64, (1...(.max >> 1)).contains(position),
      let record = json["record"]?.string, let hash = Self.hex(json["hash"]),
      let previous = Self.hex(json["previous"]),
      let following = json["following"]?.array?.map(Self.hex),
      let signature = Self.hex(json["head"]?["signature"]),
      let head = json["head"]?["position"]?.int64, let publicKey = Self.hex(json["publicKey"])
    else {
      throw Failure(
        .invalid, "receipt-form",
        "expected position, hash, record, previous, following, head and publicKey")
    }
    self.init(
      record: Array(record.utf8), position: position, previous: previous,
      following: following.map { $0 ?? [] }, signature: signature, covers: covers,
      publicKey: publicKey)
    guard hash == self.hash, head == position + Int64(following.count) else {
      throw Failure(
        .invalid, "receipt-hash", "its record, its hash and its path do not belong together")
    }
  }

  private static func hex(_ value: JSON?) -> [UInt8]? {
    guard let text = value?.string, text.utf8.count % 2 == 0,
      text.utf8.allSatisfy(\.isLowerHexDigit)
    else { return nil }
    return text.hexBytes
  }
}
