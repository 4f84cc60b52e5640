import OrienModel
package import OrienPlugins
import OrienSystem

extension Kernel {
  /// Goes on with other plugins: who asks from here on asks these. What was accepted, and what is on
  /// its way to that, is done by the one it was meant for.
  package func adopt(_ contents: ToolsContents) {
    let before = catalogue.plugins
    catalogue = catalogue.followed(by: contents, policy: policy)
    for plugin in before where !contents.plugins.contains(where: { $0 === plugin }) {
      uses.retire(plugin)
    }
    operations.adopt(contents.plugins, awaiting: contents.awaited)
    dispatch()
    onCatalogue()
  }

  /// `body` is told on the loop of each catalogue that takes the place of another, and that there
  /// will be no more, for the node drains.
  package func onCatalogue(_ body: @escaping () -> Void) { onCatalogue = body }

  package var contents: ToolsContents { catalogue.contents }

  /// `body` is told on the loop of each plugin that was replaced or removed, once it is to be closed.
  package func onUnused(_ body: @escaping (Plugin) -> Void) { uses.onUnused = body }
}
