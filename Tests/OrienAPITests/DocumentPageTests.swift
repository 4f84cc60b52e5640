import OrienTestKit
import Testing

@testable import OrienAPI

@Suite("API: its document as a page")
struct DocumentPageTests {
  @Test("Every route stands there, every schema that is named is there, and nothing is fetched")
  func whole() throws {
    try Site.with { (site: Site) throws in
      let page = try site.ask("GET", "/docs")
      #expect(page[field: "content-type"] == "text/html; charset=utf-8")
      #expect(page[field: "content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      for route in site.api.routes {
        #expect(page.text.contains(">\(route.method)</b> <code>\(route.template)</code>"))
      }
      for link in page.text.matches(of: /href="#(\w+)"/) {
        #expect(page.text.contains("id=\"\(link.1)\""), "\(link.1)")
      }
      for word in ["<script", "src=", "http:", "https:", "url(", "@import"] {
        #expect(!page.text.contains(word), "\(word)")
      }
    }
  }
}
