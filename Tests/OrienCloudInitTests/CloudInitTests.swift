import Testing

@testable import OrienCloudInit

private let blob = "AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"

@Suite("What a machine is told")
struct CloudInitTests {
  private func told(
    hostname: String = "m1", keys: [String] = ["ssh-ed25519 \(blob) me@home"],
    packages: [String] = [], upgrades: Bool = false
  ) throws -> CloudInit {
    try CloudInit(hostname: hostname, keys: keys, packages: packages, upgrades: upgrades)
  }

  @Test("The user data says all that it has to, and no more than was asked for")
  func whole() throws {
    #expect(
      try told().userData == """
        #cloud-config
        ---
        hostname: "m1"
        package_update: false
        package_upgrade: false
        preserve_hostname: false
        ssh_authorized_keys:
          - "ssh-ed25519 \(blob) me@home"
        disable_root: false
        ssh_pwauth: false
        users:
          - name: "root"
            ssh_authorized_keys:
              - "ssh-ed25519 \(blob) me@home"
        write_files:
          - path: "/etc/ssh/sshd_config.d/allow_root.conf"
            content: "PermitRootLogin prohibit-password\\x0a"
            owner: "root:root"
            permissions: "0644"
        runcmd:
          - "systemctl try-restart ssh.service || systemctl try-restart sshd.service"

        """)
    #expect(
      try told().metaData(instance: "i-1") == "instance-id: \"i-1\"\nlocal-hostname: \"m1\"\n")
  }

  @Test("Lists of packages are read anew only for who wants some, or all of them newer")
  func packages() throws {
    let some = try told(packages: ["nginx", "g++"]).userData
    #expect(some.contains("\npackage_update: true\npackage_upgrade: false\n"))
    #expect(some.hasSuffix("\npackages:\n  - \"nginx\"\n  - \"g++\"\n"))
    let newer = try told(upgrades: true).userData
    #expect(newer.contains("\npackage_update: true\npackage_upgrade: true\n"))
    #expect(!newer.contains("\npackages:"))
  }

  @Test(
    "What follows a key is text, whatever it looks like",
    arguments: [
      #"a" ]}, "runcmd": ["id"#, "a: b", "- c", "# d", "&e *f !g |h >i %j @k `l", #"\n\"\\"#,
      "{{ds}}",
      "$(id) ${X}", "\u{E9}\u{FEFF}\u{1F511}", "'", "~", "...",
    ])
  func hostileComments(_ comment: String) throws {
    let plain = try told().userData
    let data = try told(keys: ["ssh-ed25519 \(blob) \(comment)"]).userData
    // Each line is what it was, but those of the key; and nothing of them but ASCII's own letters.
    let lines = zip(plain.split(separator: "\n"), data.split(separator: "\n"))
    #expect(plain.split(separator: "\n").count == data.split(separator: "\n").count)
    #expect(lines.filter { $0 != $1 }.allSatisfy { $0.0.contains("me@home") })
    #expect(data.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
    // No quote ends the text before its end.
    let line = try #require(data.split(separator: "\n").first { $0.contains("ssh-ed25519") })
    var inside = line.dropFirst("  - \"".count).dropLast()
    while let at = inside.firstIndex(of: "\\") { inside = inside[at...].dropFirst(2) }
    #expect(line.hasPrefix("  - \"") && line.hasSuffix("\"") && !inside.contains("\""))
  }

  @Test(
    "What is no public key is refused",
    arguments: [
      "", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 \(blob)x", "ssh-rsa \(blob)",
      "ssh-dss \(blob)", "command=\"id\" ssh-ed25519 \(blob)", "ssh-ed25519 \(blob) a\nssh-rsa b",
      "ssh-ed25519 \(blob) a\rb", "ssh-ed25519 \(blob) a\u{2028}b", "ssh-ed25519 \(blob) a\u{85}b",
      "ssh-ed25519\t\(blob)", "ssh-ed25519 \(blob) \u{0}", "SSH-ED25519 \(blob)",
      "-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-ed25519 ====", "ssh-ed25519 \(blob.dropLast())",
    ])
  func hostileKeys(_ key: String) {
    #expect(throws: CloudInitFault.self) { try told(keys: [key]) }
  }

  @Test("A key may have blanks around it, as files have them, and needs no name")
  func blanks() throws {
    #expect(try AuthorizedKey(" ssh-ed25519 \(blob)\r\n").line == "ssh-ed25519 \(blob)")
  }

  @Test(
    "What is no host's name is refused",
    arguments: [
      "", "-a", "a-", "A", "a.b", "a\n", "a b", "é", "a\"", String(repeating: "a", count: 64),
    ])
  func hostileHostnames(_ name: String) {
    #expect(throws: CloudInitFault.self) { try told(hostname: name) }
  }

  @Test(
    "What is no package's name is refused",
    arguments: [
      "", "-y", "a b", "a;id", "a\n", "A", "a=1", "a/b", String(repeating: "a", count: 65),
    ])
  func hostilePackages(_ name: String) {
    #expect(throws: CloudInitFault.self) { try told(packages: [name]) }
  }

  @Test("A machine is nobody's without a key")
  func keyless() {
    #expect(throws: CloudInitFault.self) { try told(keys: []) }
  }

  @Test("A text of YAML is one line of ASCII")
  func quoting() {
    #expect(YAML.quoted("a\"\\\n\u{85}\u{2028}\u{1F511}~") == #""a\"\\\x0a\x85\u2028\U0001f511~""#)
  }
}
