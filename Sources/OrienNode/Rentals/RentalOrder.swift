package import OrienModel
import OrienSystem

/// What somebody asks for, already checked.
package struct RentalOrder: Sendable {
  package var name: String
  package var owner: Owner
  package var size: MachineSize
  package var image: String
  package var access: Rental.Access
  /// What pays for it; nil where nothing has to.
  package var payment: VerifiedStream?

  package init(
    name: String, owner: Owner, size: MachineSize, image: String, access: Rental.Access,
    payment: VerifiedStream? = nil
  ) {
    self.payment = payment
    self.name = name
    self.owner = owner
    self.size = size
    self.image = image
    self.access = access
  }

  func rental(id: String, at now: Timestamp) -> Rental {
    Rental(
      id: id, name: name, owner: owner, size: size, image: image, access: access,
      job: Random.uuid(), createdAt: now)
  }
}

extension Rental {
  /// `golem-web-20261127-134455`
  static func id(_ name: String, _ moment: Timestamp) -> String {
    let digits = Array(moment.iso8601.utf8.filter(\.isASCIIDigit))
    let (day, time) = (digits[..<8], digits[8..<14])
    return "golem-\(name)-" + String(decoding: day, as: UTF8.self) + "-"
      + String(decoding: time, as: UTF8.self)
  }
}
