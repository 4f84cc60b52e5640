/// A queue between threads: any number send, and who receives may wait.
///
/// One receiver is woken at a time, and wakes the next where there is more than it takes itself:
/// what is done faster than a thread wakes up is done by those that are awake. What the loop sends
/// wakes nobody before its turn ends.
///
/// Public and inlinable because nothing else is made for its elements' own type in other modules;
/// looking that up costs more than the sending.
public final class Channel<Element: Sendable>: @unchecked Sendable {
  @usableFromInline let gate: Gate
  @usableFromInline var sent: [Element] = []
  /// What is received one by one, the next last; refilled from `sent` when it is empty.
  @usableFromInline var turned: [Element] = []
  /// As many as were taken at once the last time: room for so many is had in one go, by who sends.
  @usableFromInline var usual = 0

  /// `isPrompt`: what the loop sends wakes at once, for it may be the last that is said.
  @inlinable public init(isPrompt: Bool = false) { gate = Gate(isPrompt: isPrompt) }

  /// Appends; false where the channel is closed and the element goes nowhere.
  @inlinable @discardableResult
  public func send(_ element: Element) -> Bool {
    gate.lock()
    defer { gate.unlock() }
    guard !gate.isClosed else { return false }
    if sent.isEmpty { sent.reserveCapacity(usual) }
    sent.append(element)
    gate.wakeOne()
    return true
  }

  /// Waits for the next element, at most for `patience`; nil once the channel is closed and empty.
  @inlinable
  public func receive(within patience: Duration? = nil) -> Element? {
    gate.lock()
    defer { gate.unlock() }
    gate.wait(within: patience) { !isEmpty }
    if turned.isEmpty {
      turned = sent.reversed()
      sent.removeAll(keepingCapacity: sent.count < 1024)
    }
    let element = turned.popLast()
    if !isEmpty { gate.wakeOne() }
    return element
  }

  /// Waits until there is something and takes all there is; empty once closed and empty, or when
  /// `patience` is over.
  @inlinable
  public func drain(within patience: Duration? = nil) -> [Element] {
    gate.lock()
    defer { gate.unlock() }
    gate.wait(within: patience) { !isEmpty }
    let all = turned.isEmpty ? sent : turned.reversed() + sent
    sent = []
    turned = []
    usual = min(all.count, 256)
    return all
  }

  /// Elements that nobody has received.
  @inlinable public var count: Int {
    gate.lock()
    defer { gate.unlock() }
    return sent.count + turned.count
  }

  /// Refuses what is sent from here on; what is there can still be received.
  @inlinable
  public func close() {
    gate.lock()
    gate.close()
    gate.unlock()
  }

  /// Nothing is left to receive and nothing will come.
  @inlinable public var isOver: Bool {
    gate.lock()
    defer { gate.unlock() }
    return gate.isClosed && isEmpty
  }

  @inlinable var isEmpty: Bool { sent.isEmpty && turned.isEmpty }
}
