import OrienHTTP
import OrienModel

/// `/docs`: the document as people read it, made of the same table. It is one page without scripts
/// that fetches nothing, from here or elsewhere.
enum DocumentPage {
  static func response(version: String) -> PreparedResponse {
    let page = html(version: version)
    return PreparedResponse(
      .ok, HTTPContent(type: "text/html; charset=utf-8", bytes: Array(page.utf8)),
      fields: [
        HTTPField(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
      ])
  }

  private static let style = """
    body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
    code,pre{font:13px/1.5 ui-monospace,monospace}pre{background:#8881;padding:.6rem;white-space:pre-wrap}
    section{border-top:1px solid #8886;padding:.4rem 0}b.method{display:inline-block;width:5rem}
    td{padding:0 1rem 0 0;vertical-align:top}:root{color-scheme:light dark}
    """

  private static func html(version: String) -> String {
    """
    <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orien node</title>
    <style>\(style)</style></head><body><h1>Orien node \(escaped(version))</h1>
    <p>Runs tools on this machine, one metered execution at a time. This page is
    <a href="/openapi.json">/openapi.json</a> as people read it. A key goes into
    <code>Authorization: Bearer KEY</code>, as soon as the node has one.</p>
    \(Endpoint.all.map(section).joined())<h2>Schemas</h2>\(schemas)</body></html>
    """
  }

  private static func section(_ endpoint: Endpoint) -> String {
    var text = "<section><h3><b class=\"method\">\(endpoint.method.name)</b> "
    text += "<code>\(escaped(endpoint.template))</code></h3><p>\(escaped(endpoint.summary))"
    text += endpoint.isOpen ? " No key is needed." : ""
    text += "</p><table>"
    for query in endpoint.query {
      text += row("?" + query.name, query.summary + ": ", code: query.schema)
    }
    switch endpoint.body {
    case .json(let schema): text += row("body", "", link: schema)
    case .bytes: text += row("body", "bytes")
    case nil: break
    }
    for answer in endpoint.answers.sorted(by: { $0.status.rawValue < $1.status.rawValue }) {
      text += row("\(answer.status.rawValue)", answer.summary + " ", link: answer.schema)
    }
    return text + "</table></section>"
  }

  private static func row(
    _ name: String, _ text: String, code: String? = nil, link: String? = nil
  ) -> String {
    let code = code.map { "<code>\(escaped($0))</code>" } ?? ""
    let link = link.map { "<a href=\"#\(escaped($0))\">\(escaped($0))</a>" } ?? ""
    return "<tr><td><code>\(escaped(name))</code></td><td>\(escaped(text))\(code)\(link)</td></tr>"
  }

  /// As the document has them.
  private static var schemas: String {
    let text = OpenAPI.allSchemas
    guard let all = (try? JSON(parsing: text))?.members else {
      preconditionFailure("the document's schemas are JSON")
    }
    return all.map { schema in
      let text = String(decoding: schema.value.compact, as: UTF8.self)
      return "<section id=\"\(escaped(schema.name))\"><h3><code>\(escaped(schema.name))</code></h3>"
        + "<pre>\(escaped(text))</pre></section>"
    }.joined()
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
