import OrienModel
import Testing

@testable import OrienEVM

@Suite("A contract of streams")
struct StreamContractTests {
  private let contract = StreamContract(address: Address(repeating: 0xCC))
  private let recipient = Address(repeating: 0x22)

  private func words(_ values: [UInt256]) -> [UInt8] { values.flatMap(\.bytes) }
  private var honest: [UInt256] {
    [0, 0x11, 0x22, 100, 200, 7, 700, 70, 0]
  }

  @Test("is asked by the selectors that the network's has")
  func selectors() {
    #expect(HexData.text(of: contract.reading(1).data.prefix(4)) == "0x64d60d91")
    #expect(HexData.text(of: StreamContract.withdrawal(of: 1).prefix(4)) == "0x2e1a7d4d")
    #expect(StreamContract.withdrawn(by: StreamContract.withdrawal(of: .max)) == .max)
    #expect(StreamContract.withdrawn(by: contract.reading(1).data) == nil)
    #expect(StreamContract.withdrawn(by: StreamContract.withdrawal(of: 1) + [0]) == nil)
  }

  @Test("tells of a stream in nine words, each as it must be")
  func struct_() throws {
    let stream = try contract.stream(5, in: words(honest))
    #expect(stream.id == 5 && stream.start == 100 && stream.stop == 200)
    #expect(stream.ratePerSecond == 7 && stream.deposit == 700 && stream.withdrawn == 70)
    #expect(!stream.isHalted && stream.token == PaymentStream.nobody)
    var bad: [[UInt8]] = [[], words(honest.dropLast()), words(honest + [0]), words(honest) + [0]]
    for index in [0, 1, 2, 3, 4, 5, 8] {
      var values = honest
      values[index] = .max
      bad.append(words(values))
    }
    for bytes in bad {
      #expect(throws: RPCFault.self) { () throws in try contract.stream(5, in: bytes) }
    }
  }

  @Test("of the second kind has paid all when it is over, unless it was halted")
  func secondKind() throws {
    let stream = try contract.stream(5, in: words([0, 0x11, 0x22, 100, 200, 6, 605, 5, 0]))
    let judge = StreamJudge(recipient: stream.recipient, token: stream.token)
    for (version, now, vested) in [
      (UInt256(1), UInt64(300), UInt256(600)), (2, 199, 594), (2, 200, 605), (2, 300, 605),
    ] {
      let reading = StreamReading(stream, by: judge, at: now, version: version)
      #expect(reading.vested == vested)
      #expect(reading.withdrawable == vested.minus(5))
    }
    var halted = stream
    halted.isHalted = true
    #expect(StreamReading(halted, by: judge, at: 300, version: 2).vested == 600)
    halted.isHalted = false
    halted.withdrawn = 606
    #expect(StreamReading(halted, by: judge, at: 300, version: 2).withdrawable == 0)
  }

  @Test("of the first kind has no version")
  func version() throws {
    #expect(try contract.version(.reverted("")) == 1)
    #expect(try contract.version(.returned([])) == 1)
    #expect(try contract.version(.returned(UInt256(2).bytes)) == 2)
    #expect(throws: RPCFault.self) { () throws in try contract.version(.returned([2])) }
  }
}

extension Address {
  fileprivate init(repeating byte: UInt8) { self.init([UInt8](repeating: byte, count: 20))! }
}
