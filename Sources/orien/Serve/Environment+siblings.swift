import OrienSystem

extension Environment {
  /// A program that is installed beside this one.
  func sibling(_ name: String) -> String {
    executablePath[...(executablePath.lastIndex(of: "/") ?? executablePath.startIndex)] + name
  }
}
