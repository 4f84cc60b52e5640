import OrienModel
import OrienNode

// Of collecting what streams have paid. Each is known by its name behind GOLEM_PROVIDER_ too.
extension Setting {
  static let collections: [Setting] = [
    Setting(
      "STREAM_WITHDRAW_ENABLED", \.collections.isEnabled, .flag,
      "What streams have paid is collected without anybody's asking"),
    Setting(
      "STREAM_WITHDRAW_INTERVAL_SECONDS", \.collections.interval, .within(1...31_536_000),
      "How long after the last collection of a stream the next is due"),
    Setting(
      "STREAM_MIN_WITHDRAW_WEI", \.collections.leastAmount, .wei,
      "Less than this is not collected unless somebody asks; nothing never is"),
    Setting(
      "STREAM_MAX_GAS_PERCENT", \.collections.mostGasPercent, .share,
      "What gas may cost at most, of what is collected"),
    Setting(
      "STREAM_GAS_RATE", \.collections.gasRate, .money,
      "What one of what gas is paid in is worth, in what streams pay in: 1 where both are the same"),
  ]
}
