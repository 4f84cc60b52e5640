import OrienModel

/// An object of a manifest, taken apart member by member.
typealias ManifestObject = MemberReader

extension MemberReader {
  init(_ json: JSON, _ path: String) throws(Failure) {
    try self.init(json, path, reason: "bad-manifest")
  }
}
