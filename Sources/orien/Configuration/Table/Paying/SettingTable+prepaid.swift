import OrienModel
import OrienNode

// Of sessions that are paid for ahead.
extension Setting {
  static let prepaid: [Setting] = [
    Setting(
      "MICRO_UNIT_WEI", \.payments.microUnitWei, .optional(.microUnit),
      "What a micro unit of the tools' prices is in wei, for sessions that begin; none: streams pay for"
        + " no sessions")
  ]
}
