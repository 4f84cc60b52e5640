import OrienModel
import OrienSystem

/// The end of an answer's head: its date, rendered once a second, and whether the connection
/// closes. Belongs to the loop.
struct HeadEnds {
  private var expiry = Instant(nanoseconds: 0)
  private var keeping: [UInt8] = []
  private var closing: [UInt8] = []

  mutating func end(at now: Instant, closes: Bool, corsOrigin: String?) -> [UInt8] {
    if now >= expiry { render(at: now) }
    guard let corsOrigin else { return closes ? closing : keeping }
    var end: [UInt8] = []
    HTTPField("Access-Control-Allow-Origin", corsOrigin).append(to: &end)
    HTTPField("Vary", "Origin").append(to: &end)
    return end + (closes ? closing : keeping)
  }

  private mutating func render(at now: Instant) {
    expiry = now + .seconds(1)
    var date: [UInt8] = []
    HTTPField("Date", Timestamp.now.httpDate).append(to: &date)
    keeping = date + Array("\r\n".utf8)
    closing = date + Array("Connection: close\r\n\r\n".utf8)
  }
}

extension Timestamp {
  /// `Fri, 20 Nov 2026 09:33:55 GMT`, as RFC 9110, 5.6.7 has it.
  var httpDate: String {
    let iso = iso8601
    let month = Int(iso.dropFirst(5).prefix(2)) ?? 1
    // 1970 began on a Thursday.
    let day = Int(microseconds / 86_400_000_000) + 4
    return "\(Self.days[day % 7]), \(iso.dropFirst(8).prefix(2)) \(Self.months[month - 1]) "
      + "\(iso.prefix(4)) \(iso.dropFirst(11).prefix(8)) GMT"
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
