import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("Libraries are loaded while others are judged")
struct JudgementTests {
  private let tools: Tools
  private let store: PluginStore

  init() throws {
    tools = try Tools()
    store = try tools.folder.store()
  }

  @Test("in the order of their names, each as it is once nothing more is asked of it")
  func order() {
    let judgement = Judgement()
    judgement.begin(store, names: 5, refused: [])
    let slow = Self.refused("2", "slow")
    judgement.note(slow, at: 2, mayBeAskedAgain: true)
    judgement.note(Self.refused("1", "bad"), at: 1, mayBeAskedAgain: true)
    judgement.note(Self.refused("4", "slow"), at: 4, mayBeAskedAgain: true)
    judgement.note(Self.refused("0", "bad"), at: 0, mayBeAskedAgain: true)
    judgement.note(Candidate(file: "3", hash: "3", outcome: .nothing), at: 3, mayBeAskedAgain: true)
    #expect(judgement.slow == [2, 4])
    // One that comes off better is that; whom there was no time to ask stays what it was.
    judgement.note(Self.refused("4", "bad"), at: 4, mayBeAskedAgain: false)
    judgement.note(Self.refused("2", "late"), at: 2, mayBeAskedAgain: false)
    #expect(judgement.slow.isEmpty)
    #expect(judgement.hashes == ["0", "1", "2", "3", "4"])
    judgement.end()
    var told: [String] = []
    while let step = judgement.next() {
      switch step {
      case .begun(_, let names, _): told.append("\(names)")
      case .found(let candidate): told.append("\(candidate.file) \(candidate.reason ?? "")")
      case .failed(let failure): Issue.record("\(failure)")
      }
    }
    #expect(told == ["5", "0 bad", "1 bad", "2 slow", "4 bad"])
  }

  private static func refused(_ file: String, _ reason: String) -> Candidate {
    Candidate(file: file, hash: file, outcome: .refused(Failure(.invalid, reason, "no")))
  }

  @Test("and the first of them before the next one is judged")
  func together() throws {
    let (first, second) = (try candidate("first"), try candidate("second"))
    let (judgement, loading) = (Judgement(), Channel<String>())
    var folder = tools.folder
    folder.onLoading = { loading.send($0) }
    let contents = load(folder, judgement)
    judgement.begin(store, names: 2, refused: [])
    judgement.note(first, at: 0, mayBeAskedAgain: false)
    #expect(loading.receive(within: .seconds(60)) == "first.so")
    judgement.note(second, at: 1, mayBeAskedAgain: false)
    judgement.end()
    #expect(try contents.receive()?.get().plugins.map(\.name) == ["first", "second"])
    #expect(loading.receive() == "second.so")
  }

  @Test("What their judgement takes is none of the time that they have to open")
  func patience() throws {
    let sound = try candidate("sound")
    let judgement = Judgement()
    var folder = tools.folder
    folder.togetherPatience = .seconds(4)
    let contents = load(folder, judgement)
    judgement.begin(store, names: 1, refused: [])
    // Longer than that.
    _ = Channel<Never>().receive(within: .milliseconds(4300))
    judgement.note(sound, at: 0, mayBeAskedAgain: false)
    judgement.end()
    let found = try #require(try contents.receive()?.get())
    #expect(found.plugins.map(\.name) == ["sound"], "\(found.refused.map(\.failure))")
  }

  @Test("What is known already is judged at once; the store is changed when that may be")
  func gate() throws {
    try put("known")
    let hash = try #require(try tools.load().plugins.first?.hash)
    // Not at once, for what has changed just now may change again.
    let end = Instant.now + .seconds(60)
    while try isKnown("known.so") == false, Instant.now < end { _ = try tools.load() }
    try #require(try isKnown("known.so"))
    try put("later")
    let (judgement, mayChange, asked) = (Judgement(), Channel<Never>(), Channel<Void>())
    let (folder, over) = (tools.folder, Channel<Never>())
    Thread("judges") {
      try? folder.judge(into: judgement, beside: []) {
        asked.send(())
        _ = mayChange.receive()
      }
      over.close()
    }.detach()
    _ = judgement.next()
    guard case .found(let known) = judgement.next() else { return #expect(Bool(false)) }
    #expect(known.file == "known.so" && known.reason == nil)
    try #require(asked.receive(within: .seconds(60)) != nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: tools.state).filter {
        $0.hasSuffix(".so")
      }
        == [hash + ".so"])
    mayChange.close()
    guard case .found(let later) = judgement.next() else { return #expect(Bool(false)) }
    #expect(later.file == "later.so" && later.reason == nil)
    #expect(over.receive() == nil)
  }

  @Test("Before there is a store nothing is made that may not be")
  func first() throws {
    let (judgement, asked) = (Judgement(), Channel<Bool>())
    let (folder, state) = (tools.folder, tools.root + "/elsewhere")
    let other = ToolsFolder(
      path: folder.path, storePath: state, worker: folder.worker, nodeVersion: folder.nodeVersion)
    try other.judge(into: judgement, beside: nil) {
      asked.send(FileManager.default.fileExists(atPath: state))
    }
    #expect(asked.receive(within: .zero) == false)
  }

  @Test("A copy of nothing that cannot be removed is told, and nobody is refused for it")
  func untidy() throws {
    try put("one")
    let name = String(repeating: "0", count: 64) + ".so"
    try FileManager.default.createDirectory(
      atPath: tools.state + "/" + name, withIntermediateDirectories: false)
    var folder = tools.folder
    let told = Channel<String>()
    folder.onUntidy = { told.send($0.message) }
    #expect(try folder.load(for: tools.node).plugins.map(\.name) == ["one"])
    #expect(told.receive(within: .zero)?.contains("removing \(name)") == true)
  }

  @Test("A folder that cannot be used at all fails the load, whoever judges it")
  func failing() throws {
    var folder = tools.folder
    folder.onLoading = { Issue.record("\($0) is loaded") }
    try put("one")
    #expect(chmod(tools.path, 0o777) == 0)
    let judgement = Judgement()
    let contents = load(folder, judgement)
    #expect(throws: Failure.self) { try folder.judge(into: judgement, beside: []) }
    #expect(throws: Failure.self) { try contents.receive()?.get() }
  }

  @Test("A survey lets go of nothing that a node has of libraries, and a load of what is gone")
  func survey() throws {
    try put("one")
    let hash = try #require(try tools.load().plugins.first?.hash)
    try FileManager.default.removeItem(atPath: tools.path + "/one.so")
    #expect(try tools.folder.survey().sound.isEmpty)
    #expect(store.statusOfCopy(hash) != nil)
    #expect(try tools.load().plugins.isEmpty)
    #expect(store.statusOfCopy(hash) == nil)
  }

  private func isKnown(_ file: FolderPath) throws -> Bool {
    let status = try #require(try Folder(at: tools.path).statusIfAny(of: file))
    return try store.hash(ofFile: file, status) != nil
  }

  /// Loads on a thread of its own.
  private func load(
    _ folder: ToolsFolder, _ judgement: Judgement
  ) -> Channel<Result<ToolsContents, Failure>> {
    let (answer, node) = (Channel<Result<ToolsContents, Failure>>(), tools.node)
    Thread("loads") {
      answer.send(Result { () throws(Failure) in try folder.load(judgement, for: node) })
    }.detach()
    return answer
  }

  private func put(_ name: String) throws {
    try tools.put(
      "\(name).so", Fixture.bytes("named", ["ID=\"test.\(name)\"", "TOOL=\"\(name)\""]))
  }

  private func candidate(_ name: String) throws -> Candidate {
    try put(name)
    let folder = tools.folder
    return Examination(
      folder: try Folder(at: folder.path), store: store,
      scanner: Scanner(worker: folder.worker, patience: .seconds(60)), trust: folder.trust
    ).candidate(try FolderPath("\(name).so"))
  }
}
