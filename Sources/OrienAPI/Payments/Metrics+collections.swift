import OrienModel
import OrienNode

extension Collections {
  func write(to text: inout MetricsText) {
    text.family(
      "orien_collections_ended_total", "counter", "Collections of streams that ended")
    for state in StreamCollection.State.allCases where state.isOver {
      text.sample(
        "orien_collections_ended_total", [("state", state.rawValue)], ended[state] ?? 0)
    }
    text.family("orien_collections_open", "gauge", "Collections of streams that are under way")
    for state in StreamCollection.State.allCases where !state.isOver {
      text.sample(
        "orien_collections_open", [("state", state.rawValue)],
        underWay.count { $0.state == state })
    }
    text.family(
      "orien_collected_wei_total", "counter", "What collections have brought since the start")
    text.sample("orien_collected_wei_total", [], sinceStart.collected)
    text.family(
      "orien_collections_gas_wei_total", "counter", "What collections have cost since the start")
    text.sample("orien_collections_gas_wei_total", [], sinceStart.cost)
  }
}
