import OrienEVM
import OrienNode

extension Configuration {
  /// A withdrawal counts once its block is as deep as those that streams are read at.
  var effectiveCollections: Collections.Settings {
    var settings = collections
    let depth = chain.confirmations ?? payments.network.flatMap { ChainProfile[$0]?.confirmations }
    if let depth { settings.confirmations = UInt64(depth) + 1 }
    return settings
  }
}
