/// The parts of a URL that may be shown and looked up.
package enum WebAddress {
  /// Without the path and the user, which may be a key: for messages.
  package static func origin(of url: String) -> String {
    let scheme = url.prefix { $0 != ":" }
    return "\(scheme)://\(authority(of: url))"
  }

  /// What paths are written behind, each from its first slash on.
  package static func base(of url: String) -> String {
    url.hasSuffix("/") ? String(url.dropLast()) : url
  }

  /// A name or a numeric address, without the brackets of IPv6.
  package static func host(of url: String) -> String {
    let authority = authority(of: url)
    if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
    return String(authority.prefix { $0 != ":" })
  }

  private static func authority(of url: String) -> Substring {
    let rest = url.dropFirst(url.prefix { $0 != ":" }.count + 3)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return authority.split(separator: "@").last ?? ""
  }
}
