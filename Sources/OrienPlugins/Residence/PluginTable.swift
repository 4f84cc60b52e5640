import COrienABI
import OrienFFI
import OrienModel

/// A plugin's table as the node uses it: what it declares, checked, and where its functions are.
struct PluginTable: @unchecked Sendable {
  let declaration: PluginDeclaration
  let handlers: [Handler]
  let open: orien_function?
  let close: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  let probe: orien_function?
  let context: UnsafeMutableRawPointer?

  struct Handler {
    let declaration: ToolDeclaration
    let pointer: UnsafePointer<orien_handler>
    let run: orien_function
    let signature: Signature
  }

  /// Takes the functions of a table that `declaration` was made of.
  init(reading table: UnsafePointer<orien_plugin>, _ declaration: PluginDeclaration) {
    guard let plugin = orien_plugin.copy(from: table), let list = plugin.handlers else {
      preconditionFailure("a table is read after it was judged")
    }
    self.declaration = declaration
    handlers = declaration.handlers.enumerated().map { index, declaration in
      guard let pointer = list[index], let run = orien_handler.copy(from: pointer)?.run else {
        preconditionFailure("a table is read after it was judged")
      }
      return Handler(
        declaration: declaration, pointer: pointer, run: run,
        signature: declaration.isPacked
          ? .packed : Signature(declaration.arguments.map(\.kind)))
    }
    open = plugin.open
    close = plugin.close
    probe = unsafeBitCast(plugin.probe, to: orien_function?.self)
    context = plugin.context
  }
}

/// What open() made of a plugin.
struct OpenedPlugin: @unchecked Sendable {
  /// `self`.
  let handle: UnsafeMutableRawPointer?
  let host: UnsafeMutablePointer<orien_host>
}
