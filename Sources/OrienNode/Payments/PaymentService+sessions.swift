package import OrienKernel
import OrienLedger
import OrienModel

extension PaymentService {
  /// Has streams pay for sessions too, where the operator says what a micro unit is in wei. Their
  /// streams are watched like all others; what is read of them is what sessions may cost.
  package func paySessions(of sessions: LedgerSessions, in kernel: Kernel) {
    guard settings.isOn, let microUnitWei = settings.microUnitWei else { return }
    var ofSessions = SessionStreams.Settings(microUnitWei: microUnitWei)
    ofSessions.freshFor = min(settings.interval, ofSessions.freshFor)
    ofSessions.grace = settings.grace
    let streams = SessionStreams(
      host: parts.host, terms: parts.terms, proofs: proofs, ledger: parts.ledger, loop: parts.loop,
      claims: parts.ledger.recovered.streams, ofSessions)
    let told = onReadings
    onReadings = { [weak streams] readings, claims in
      told(readings, claims)
      streams?.note(readings, of: claims)
    }
    streams.onKept = { [weak self] in self?.begin($0) }
    streams.onEnded = { [weak self] in self?.leave($0, hadNothing: false) }
    sessions.onEnded = { [weak streams] in streams?.end($0) }
    kernel.take(streams)
  }
}
