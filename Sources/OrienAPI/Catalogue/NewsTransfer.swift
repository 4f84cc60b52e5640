import OrienHTTP
import OrienKernel
import OrienModel
import OrienSystem

extension API {
  func sendNews(_ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    guard !news.isOver else {
      throw Failure(.unavailable, "draining", "the node is going down")
    }
    let last = inquiry.request.header("last-event-id") ?? ""
    // What came while nobody followed is told before it is decided where to begin.
    news.look()
    let next = last.isEmpty ? nil : try news.next(after: last)
    NewsTransfer(from: next, wasThere: !last.isEmpty, self).begin(inquiry, try openStream())
  }
}

/// What changes among the plugins, on its way to one client. There is no queue: it reads events by
/// number, as fast as the client takes them. Belongs to the loop; alive for as long as its answer
/// is.
private final class NewsTransfer {
  private let api: API
  private var next: Int
  /// It cannot go on where the client was.
  private var hasGap: Bool
  private var isAtBegin: Bool
  private var answer: EventAnswer?
  private var observation: Observation?

  /// From event number `next` on; nil: from now on, which is a gap to a client that was there before.
  init(from next: Int?, wasThere: Bool, _ api: API) {
    self.api = api
    self.next = next ?? api.news.log.count
    isAtBegin = next == nil
    hasGap = next == nil && wasThere
  }

  func begin(_ inquiry: Inquiry, _ open: OpenStream) {
    let answer = EventAnswer(api, inquiry, open)
    self.answer = answer
    observation = api.news.observers.observe { [weak self] in self?.goOn() }
    // These hold the transfer until the answer ends, and the end lets go of them.
    answer.onChange(goOn: { [self] in goOn() }, end: { [self] in end() })
    api.news.keepLooking(every: api.newsInterval, on: api.loop)
    goOn()
  }

  private func goOn() {
    let news = api.news
    while let answer, answer.isWritable {
      let first = news.log.number(of: next)
      if first > next {
        // More has come than is kept, and the client was slower.
        (next, isAtBegin, hasGap) = (news.log.count, true, true)
      }
      if isAtBegin {
        isAtBegin = false
        var writer = JSONWriter()
        writer.object { [hasGap] writer in writer.field("missed", hasGap) }
        answer.send(id: news.id(before: next), name: "begin", writer.bytes)
      } else if let event = news.log.from(next).first {
        next += 1
        answer.send(id: news.id(before: next), name: "catalogue", event)
      } else {
        if news.isOver { finish(answer) }
        return
      }
    }
  }

  private func finish(_ answer: EventAnswer) {
    answer.finish()
    end()
  }

  private func end() {
    observation = nil
    answer = nil
  }
}
