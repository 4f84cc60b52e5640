import OrienAPI
import OrienNode

extension Node {
  /// Has machines and sessions paid by streams, and the streams collected, as far as the operator wants
  /// that.
  func joinPayments() {
    payments.onReadings = { [collections] in collections.note($0, of: $1) }
    payments.onOver = { [collections] in collections.leave($0) }
    machines.onBegin = { [payments] in payments.attach($0) }
    payments.paySessions(of: sessions, in: kernel)
    guard configuration.payments.isOn else { return }
    (api.payments, api.collections) = (payments, collections)
  }
}
