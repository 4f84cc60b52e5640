package import OrienModel

extension Plugin {
  /// What the plugin asks for and its manifest leaves of it.
  package func limits(of handler: Int) -> Limits {
    let declared = declaration.handlers[handler]
    let limits = declared.limits.least(manifest.limits)
    return manifest.tools[declared.name].map { limits.least($0.limits) } ?? limits
  }

  /// What its manifest wants the kernel to hold.
  package func required(of handler: Int) -> [RequiredLimit] {
    let ofTool = manifest.tools[declaration.handlers[handler].name]?.required ?? []
    return manifest.required + ofTool
  }

  /// Nil: its calls cost nothing.
  package func price(of handler: Int) -> Price? {
    manifest.tools[declaration.handlers[handler].name]?.price ?? manifest.price
  }

  package func isEnabled(_ handler: Int) -> Bool {
    manifest.tools[declaration.handlers[handler].name]?.isEnabled ?? true
  }
}
