import COrienABI
import OrienFFI
import OrienModel

/// A plugin's table as the node uses it: what it declares, checked, and where its functions are.
struct PluginTable: @unchecked Sendable {
  var declaration: PluginDeclaration
  var handlers: [Handler]
  var open: Function?
  var close: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  var probe: orien_function?
  var context: UnsafeMutableRawPointer?

  struct Handler {
    var declaration: ToolDeclaration
    var pointer: UnsafePointer<orien_handler>
    var run: orien_function
    var signature: Signature
  }

  struct Function {
    var run: orien_function
    var signature: Signature
  }
}

/// What open() made of a plugin.
struct OpenedPlugin: @unchecked Sendable {
  /// `self`.
  var handle: UnsafeMutableRawPointer?
  var host: UnsafeMutablePointer<orien_host>
}
