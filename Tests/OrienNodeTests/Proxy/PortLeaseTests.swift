import OrienNode
import Testing

@Suite struct PortLeaseTests {
  @Test func leasesOfOneNameDifferByWhatTheyReach() {
    let first = PortLease(name: "vm", port: 50800, targetHost: "10.0.0.2", targetPort: 22)
    var second = first
    #expect(first == second)
    second.targetHost = "10.0.0.3"
    #expect(first != second)
  }
}
