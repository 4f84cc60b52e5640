import Testing

@testable import OrienModel

@Suite("Timestamp")
struct TimestampTests {
  @Test(
    "A moment is written as ISO 8601 has it",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (999, "1970-01-01T00:00:00.000Z"),
      (1_763_631_235_123_999, "2025-11-20T09:33:55.123Z"),
      (951_782_399_999_000, "2000-02-28T23:59:59.999Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
      (951_868_800_000_000, "2000-03-01T00:00:00.000Z"),
      (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
      (4_107_456_000_000_000, "2100-02-28T00:00:00.000Z"),
      (1_709_164_800_000_000, "2024-02-29T00:00:00.000Z"),
      (1_735_603_200_000_000, "2024-12-31T00:00:00.000Z"),
      // Before 1970 it rounds down, as after it.
      (-1, "1969-12-31T23:59:59.999Z"), (-1000, "1969-12-31T23:59:59.999Z"),
      (-1001, "1969-12-31T23:59:59.998Z"), (-86_400_000_000, "1969-12-31T00:00:00.000Z"),
      (-2_208_988_800_000_000, "1900-01-01T00:00:00.000Z"),
      (-2_203_891_200_000_000, "1900-03-01T00:00:00.000Z"),
      (-11_676_096_000_000_000, "1600-01-01T00:00:00.000Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00.000Z"),
      (-62_167_219_200_000_001, "-000001-12-31T23:59:59.999Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
      (253_402_300_800_000_000, "+010000-01-01T00:00:00.000Z"),
      (.max, "+294247-01-10T04:00:54.775Z"), (.min, "-290308-12-21T19:59:05.224Z"),
    ] as [(Int64, String)])
  func iso8601(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).iso8601 == text)
  }

  @Test("Each of eight hundred years of days follows the one before it")
  func everyDay() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var day: Int64 = -135_140  // 1600-01-01
    for year in 1600..<2400 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (index, length) in lengths.enumerated() {
        for date in 1...(index == 1 && isLeap ? 29 : length) {
          var expected: [UInt8] = []
          expected.appendDecimal(UInt64(year), digits: 4)
          expected.append(UInt8(ascii: "-"))
          expected.appendDecimal(UInt64(index + 1), digits: 2)
          expected.append(UInt8(ascii: "-"))
          expected.appendDecimal(UInt64(date), digits: 2)
          var text: [UInt8] = []
          Timestamp(microseconds: day * 86_400_000_000).appendISO8601(to: &text)
          guard text.starts(with: expected) else {
            Issue.record("\(String(decoding: expected, as: UTF8.self))")
            return
          }
          day += 1
        }
      }
    }
  }
}
