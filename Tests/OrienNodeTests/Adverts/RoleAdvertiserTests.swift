import Foundation
import OrienKernel
import OrienModel
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("Adverts by a backend", .timeLimit(.minutes(2)))
struct RoleAdvertiserTests {
  private func using(_ body: (World, RoleAdvertiser) throws -> Void) throws {
    var settings = World.Settings()
    settings.libraries = [.built("adverts_backend", manifest: #"{"isolation": "node"}"#)]
    settings.roles = RoleChoice(pages: [try Self.page()])
    let world = try World(settings)
    defer { try? world.close() }
    let backend = try world.kernel.backend(of: RoleAdvertiser.role)
    try body(world, RoleAdvertiser(backend, validFor: .seconds(480), kernel: world.kernel))
  }

  private static func page() throws -> RolePage {
    let tree = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in
      path.deletingLastPathComponent()
    }
    let page = tree.appending(path: "Sources/COrienABI/Roles/advertise.1.json")
    return try RolePage(parsing: Array(Data(contentsOf: page)))
  }

  private func advert(country: String = "SE") -> Advert {
    Advert(
      provider: "p", name: "Test", host: nil, country: country, platform: "x86_64",
      environment: "production", network: "mainnet",
      size: MachineSize(cpu: 3, memoryGiB: 4, diskGiB: 50),
      usd: MonthlyPrices(core: Money("5")!, memoryGiB: Money("2")!, diskGiB: Money("0.1")!),
      glm: MonthlyPrices(core: .zero, memoryGiB: .zero, diskGiB: .zero))
  }

  @Test("It is told by the words of its page, and again, and that there is nothing more")
  func told() throws {
    try using { world, advertiser in
      #expect(advertiser.name == "test.backend.adverts")
      try world.loop.answer { advertiser.publish(advert(), then: $0) }
      try world.loop.answer { advertiser.publish(advert(), then: $0) }
      try world.loop.answer { advertiser.withdraw(advert(), then: $0) }
      try world.loop.answer { advertiser.withdraw(advert(), then: $0) }
    }
  }

  @Test("What it refuses is refused, as its page lists it")
  func refused() throws {
    try using { world, advertiser in
      do throws(Failure) {
        try world.loop.answer { advertiser.publish(advert(country: "NO"), then: $0) }
        Issue.record("it was published")
      } catch {
        #expect(error.code == .denied && error.reason == "not-there")
      }
    }
  }
}
