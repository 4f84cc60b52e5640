import OrienSandbox
import OrienSystem

extension Environment {
  /// A program that is installed beside this one.
  func sibling(_ name: String) -> String {
    executablePath[...(executablePath.lastIndex(of: "/") ?? executablePath.startIndex)] + name
  }

  /// What programs have beyond what all have.
  var grants: JailGrants {
    var grants = JailGrants()
    grants.hosts = warmFolders.first { HostFile.kind(at: $0) == .folder }
    return grants
  }
}
