import Foundation
import OrienEVM
import OrienModel
import OrienSystem
import Testing

@Suite("Files of keys")
final class KeyFileTests {
  private let folder: TemporaryFolder
  private let key: SigningKey

  init() throws {
    key = try SigningKey.make()
    folder = try TemporaryFolder(in: "/tmp")
  }

  deinit {
    do { try folder.remove() } catch { Issue.record(error) }
  }

  private var path: String { folder.folder.path + "/provider_key.json" }

  private func write(_ password: String? = nil) throws {
    try KeyFile.write(
      key, to: path, password: password.map { Array($0.utf8) }, cost: .light)
  }

  private func read(_ password: String? = nil) throws -> SigningKey {
    try KeyFile.read(path, password: password.map { Array($0.utf8) })
  }

  private func reason(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return (error as? Failure)?.reason }
  }

  @Test("What was written is read, and nobody else may read it")
  func plain() throws {
    try write()
    #expect(try read().address == key.address)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("A sealed one is opened by its password alone, and has no trace of the key")
  func sealed() throws {
    try write("pass")
    #expect(try read("pass").address == key.address)
    #expect(reason { _ = try read("Pass") } == "wrong-password")
    #expect(reason { _ = try read() } == "no-password")
    #expect(!(try String(contentsOfFile: path, encoding: .utf8)).contains("private_key"))
  }

  @Test("One that is there is not written over")
  func kept() throws {
    try write()
    let other = try SigningKey.make()
    #expect(
      reason {
        try KeyFile.write(other, to: path, password: nil)
      } == "exists")
    #expect(try read().address == key.address)
  }

  @Test("A folder that is missing is made for this user alone")
  func madeFolder() throws {
    let inner = folder.folder.path + "/keys/of/mine/key.json"
    try KeyFile.write(key, to: inner, password: nil)
    #expect(try KeyFile.read(inner, password: nil).address == key.address)
    #expect(reason { _ = try KeyFile.read("key.json", password: nil) } == "path-invalid")
  }

  @Test("A file or a folder that others may read is refused", arguments: [0o640, 0o604, 0o660])
  func exposed(_ mode: Int) throws {
    try write()
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    #expect(reason { _ = try read() } == "key-exposed")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    // One that others may write to is not even opened.
    let isOpen = mode & 0o022 != 0
    try FileManager.default.setAttributes(
      [.posixPermissions: mode | 0o110], ofItemAtPath: folder.folder.path)
    #expect(reason { _ = try read() } == (isOpen ? "untrusted-path" : "key-exposed"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o700], ofItemAtPath: folder.folder.path)
    #expect(try read().address == key.address)
  }

  @Test(
    "What is no file of a key is refused, and none of it is shown",
    arguments: [
      "", "{}", #"{"private_key":"0x5ec2e7"}"#, #"{"private_key":"5ec2e7g"}"#, #"["5ec2e7"]"#,
      #"{"private_key":5ec2e7}"#, #"{"crypto":{}}"#,
    ])
  func noKey(_ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    do {
      _ = try read("pass")
      Issue.record("\(text) was read")
    } catch let failure as Failure {
      #expect(["bad-key-file", "bad-key", "bad-keystore"].contains(failure.reason))
      #expect(!failure.message.contains("5ec2e7"))
    }
  }

  @Test("A key that is not its address's is refused")
  func mixedUp() throws {
    try write()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let other = try SigningKey.make().address.description
    try Data(text.replacingOccurrences(of: key.address.description, with: other).utf8)
      .write(to: URL(fileURLWithPath: path))
    #expect(reason { _ = try read() } == "bad-key-file")
  }

  @Test(
    "A keystore that asks for more memory than a machine has is not obeyed",
    arguments: [
      (1 << 30, 8, 1), (1 << 22, 64, 1), (1000, 8, 1), (1, 8, 1), (1024, 8, 1 << 40), (0, 0, 0),
    ])
  func costly(_ n: Int, _ r: Int, _ p: Int) throws {
    let word = String(repeating: "00", count: 32)
    let json = try JSON(
      parsing: Array(
        """
        {"version":3,"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"\(word.prefix(32))"},\
        "ciphertext":"\(word)","kdf":"scrypt","mac":"\(word)",\
        "kdfparams":{"dklen":32,"n":\(n),"r":\(r),"p":\(p),"salt":"00"}}}
        """.utf8))
    #expect(reason { _ = try Keystore.opened(json, by: []) } == "keystore-cost")
  }
}
