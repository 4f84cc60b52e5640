import CSodium
import Foundation
import OrienModel
import Testing

@testable import OrienPlugins

/// A key of minisign's, and what it signs.
private struct Signer {
  let publicText: String
  private let id: [UInt8]
  private var secret = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))

  init(_ number: UInt8) {
    var key = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
    let seed = [UInt8](repeating: number, count: Int(crypto_sign_SEEDBYTES))
    crypto_sign_seed_keypair(&key, &secret, seed)
    id = [UInt8](repeating: number, count: 8)
    publicText = Data(Array("Ed".utf8) + id + key).base64EncodedString()
  }

  private func sign(_ bytes: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
    crypto_sign_detached(&signature, nil, bytes, UInt64(bytes.count), secret)
    return signature
  }

  func sign(
    _ file: [UInt8], _ comment: String = "timestamp:100\tfile:one.so\thashed", isHashed: Bool = true
  ) -> String {
    var signed = file
    if isHashed {
      signed = [UInt8](repeating: 0, count: 64)
      crypto_generichash(&signed, 64, file, UInt64(file.count), nil, 0)
    }
    let signature = sign(signed)
    let first = Data(Array((isHashed ? "ED" : "Ed").utf8) + id + signature).base64EncodedString()
    let last = Data(sign(signature + Array(comment.utf8))).base64EncodedString()
    return "untrusted comment: none\n\(first)\ntrusted comment: \(comment)\n\(last)\n"
  }
}

@Suite("A signed plugin")
struct SignatureTests {
  private let signer = Signer(1)
  private let tools: Tools
  private let library: [UInt8]

  init() throws {
    tools = try Tools()
    library = try Fixture.bytes("named", [#"ID="test.one""#, #"TOOL="one""#])
    try tools.put("one.so", library)
  }

  private func reason(_ trusted: String...) throws -> String {
    var folder = tools.folder
    folder.trust = PluginTrust(trusted.compactMap(PluginTrust.Entry.init))
    let contents = try folder.load(for: tools.node)
    return contents.refused.first?.failure.reason ?? "loaded"
  }

  @Test("is loaded where its key is trusted, however it was signed, or where its hash is listed")
  func trusted() throws {
    #expect(try reason() == "loaded")
    #expect(try reason(signer.publicText) == "unsigned")
    for isHashed in [true, false] {
      try tools.put("one.so.minisig", signer.sign(library, isHashed: isHashed))
      #expect(try reason(Signer(2).publicText, signer.publicText) == "loaded")
      #expect(try reason(Signer(2).publicText) == "unknown-key")
    }
    try FileManager.default.removeItem(atPath: tools.path + "/one.so.minisig")
    #expect(try reason("sha256:" + LibraryFile.sha256(library)) == "loaded")
    #expect(try reason("sha256:" + LibraryFile.sha256([1])) == "unsigned")
  }

  @Test("is refused where its signature is another's, was changed, or says another name")
  func wrong() throws {
    let good = signer.sign(library)
    var lines = good.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines[2] += "x"
    let stranger = Signer(3).sign(library).split(separator: "\n").map(String.init)
    let cases: [(String, String)] = [
      (signer.sign([1, 2, 3]), "bad-signature"),
      (lines.joined(separator: "\n"), "bad-signature"),
      (signer.sign(library, "timestamp:100\tfile:two.so"), "bad-signature"),
      (signer.sign(library, "file:one.so"), "bad-signature"),
      (signer.sign(library, "timestamp:-1\tfile:one.so"), "bad-signature"),
      (Signer(3).sign(library), "unknown-key"),
      // The stranger's own, under the name of the key that is trusted.
      (
        "untrusted comment: x\n"
          + Data(
            Array("ED".utf8) + [UInt8](repeating: 1, count: 8)
              + Data(base64Encoded: stranger[1])![10...]
          ).base64EncodedString() + "\n\(stranger[2])\n\(stranger[3])\n", "bad-signature"
      ),
      ("", "bad-signature"), ("untrusted comment: x\n\n\n\n", "bad-signature"),
      (String(good.prefix(120)), "bad-signature"),
      (good + String(repeating: "x", count: 5000), "too-large"),
    ]
    for (text, expected) in cases {
      try tools.put("one.so.minisig", text)
      #expect(try reason(signer.publicText) == expected, "\(text)")
    }
    try tools.put("one.so.minisig", Array(good.utf8), mode: 0o666)
    #expect(try reason(signer.publicText) == "untrusted-file")
    try tools.put("one.so.minisig", good)
    #expect(try reason(signer.publicText) == "loaded")
  }

  @Test("is refused where one that was signed later was trusted here, also after a start")
  func rollback() throws {
    try tools.put("one.so.minisig", signer.sign(library, "timestamp:200\tfile:one.so"))
    #expect(try reason(signer.publicText) == "loaded")
    try tools.put("one.so.minisig", signer.sign(library, "timestamp:199\tfile:one.so"))
    #expect(try reason(signer.publicText) == "rolled-back")
    try tools.put("one.so.minisig", signer.sign(library, "timestamp:200\tfile:one.so"))
    #expect(try reason(signer.publicText) == "loaded")
  }

  @Test("may be a declared tool, whose manifest is signed as a library is")
  func declared() throws {
    try FileManager.default.removeItem(atPath: tools.path + "/one.so")
    let manifest = #"{"doc": "Says it", "command": ["true"]}"#
    try tools.put("two.json", manifest)
    #expect(try reason(signer.publicText) == "unsigned")
    try tools.put(
      "two.json.minisig", signer.sign(Array(manifest.utf8), "timestamp:1\tfile:two.json"))
    #expect(try reason(signer.publicText) == "loaded")
  }

  @Test("is told of without a node")
  func verify() throws {
    let trust = PluginTrust([PluginTrust.Entry(signer.publicText)!])
    #expect(throws: Failure.self) { try trust.verify(tools.path + "/one.so") }
    try tools.put("one.so.minisig", signer.sign(library))
    #expect(try trust.verify(tools.path + "/one.so").signedAt == 100)
    #expect(PluginTrust.Entry("RWQ") == nil && PluginTrust.Entry("sha256:00") == nil)
  }
}
