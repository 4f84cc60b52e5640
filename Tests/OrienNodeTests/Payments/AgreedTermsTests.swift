import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Payments: what streams have to be like")
struct AgreedTermsTests {
  private let loop: Loop
  private let engine: PaymentEngine
  private let host: SimulatedPayments
  private let terms: AgreedTerms

  init() throws {
    loop = try Loop()
    engine = PaymentEngine(SimulatedChain())
    host = SimulatedPayments(engine, loop)
    terms = AgreedTerms(of: host, on: loop)
  }

  private var probes: Int { engine.asked.count { $0 == "probe" } }

  private func learned() throws(Failure) -> PaymentTerms {
    try loop.answer { terms.learn(then: $0) }
  }

  @Test("It is asked once, also where many want to know at once")
  func once() throws {
    #expect(terms.last == nil)
    var answers = 0
    for _ in 0..<5 { terms.learn { _ in answers += 1 } }
    #expect(answers == 0)
    #expect(loop.drive { answers == 5 })
    #expect(try learned() == engine.terms && probes == 1 && terms.last == engine.terms)
  }

  @Test("Another backend, or the same that has begun anew, is asked again")
  func otherLife() throws {
    let first = try learned()
    engine.strayChain = "1"
    #expect(terms.last == first)
    #expect(try learned().chain == "1" && probes == 2)
  }

  @Test("One whose place is taken while it answers is not believed for the next")
  func succeeded() throws {
    engine.faults["probe"] = [.late(3)]
    var heard: [PaymentTerms] = []
    terms.learn { if case .success(let terms) = $0 { heard.append(terms) } }
    #expect(loop.drive { probes == 1 })
    engine.strayChain = "1"
    #expect(loop.drive { heard.count == 1 })
    #expect(try learned().chain == "1" && probes == 2)
  }

  @Test("What somebody doubts is asked again, and what fails is not kept")
  func doubted() throws {
    _ = try learned()
    terms.doubt()
    engine.outage = .total
    #expect(throws: Failure.self) { () throws in _ = try learned() }
    engine.outage = .none
    #expect(try learned() == engine.terms && probes == 3)
  }
}
