package import OrienModel

/// A program to be run in the jail: everything about it but what it has open.
package struct JailRequest: Sendable {
  /// At least one; the first is found on the fixed PATH, or has a slash in it. At most 1024 of
  /// 128 KiB each.
  package var arguments: [String]
  /// `NAME=value`, added to the clean environment; a name that is there already is replaced. At
  /// most 1024 of 128 KiB each, together with the arguments at most 256 KiB.
  package var environment: [String]
  /// Those of a process are the jail's. `wallMilliseconds` and `outputBytes` are the caller's.
  package var limits: Limits
  /// Without walls around it it is not run: nobody knows what it does.
  package var needsWalls: Bool

  package init(
    _ arguments: [String], environment: [String] = [], limits: Limits = Limits(),
    needsWalls: Bool = false
  ) {
    self.arguments = arguments
    self.environment = environment
    self.limits = limits
    self.needsWalls = needsWalls
  }
}
