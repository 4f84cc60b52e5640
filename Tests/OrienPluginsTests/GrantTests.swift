import OrienModel
import Testing

@testable import OrienPlugins

@Suite("A manifest's grants")
struct GrantTests {
  private static func grants(_ text: String) throws -> Grants {
    try Manifest(parsing: Array(#"{"grants": \#(text)}"#.utf8)).grants
  }

  private static let nginx = #"""
    {"programs": [{"program": "nginx", "path": "/usr/sbin/nginx", "environment": ["LANG"],
      "arguments": [["-t"], ["-s", "reload|quit"], ["-c", "/etc/nginx/.*\\.conf"], ["show", ".*"],
                    ["\\-{1,2}help"], ["save", "a\\.b\\-c|d"], ["load", "x\\.raw,y"]]},
     {"program": "bare", "path": "/usr/bin/bare"}]}
    """#

  @Test(
    "let a program have the arguments that they name, whole words, and the path that is theirs",
    arguments: [
      ["nginx", "-t"], ["nginx", "-s", "reload"], ["nginx", "-c", "/etc/nginx/a.conf"],
      ["nginx", "show", "anything at all"], ["nginx", "--help"], ["bare"],
      ["nginx", "save", "a.b-c"], ["nginx", "save", "d"], ["nginx", "load", "x.raw,y"],
    ])
  func granted(words: [String]) throws {
    let granted = try Self.grants(Self.nginx).command(Command(words), of: "p")
    let command = granted.command
    #expect(granted.network == .host)
    #expect(command.arguments[0] == (words[0] == "bare" ? "/usr/bin/bare" : "/usr/sbin/nginx"))
    #expect(command.arguments.dropFirst().elementsEqual(words.dropFirst()))
  }

  @Test(
    "let it have nothing else",
    arguments: [
      ["nginx"], ["nginx", "-t", "-t"], ["nginx", "-s", "reload now"], ["nginx", "-s", "stop"],
      ["nginx", "-s", "reload\n"], ["nginx", "-T"], ["nginx", "-c", "/etc/nginx/../x.conf"],
      ["nginx", "-c", "/etc/nginx/.conf\u{0}"], ["nginx", "show", "-g"], ["nginx", "show", "--"],
      ["nginx", "show", ".."], ["nginx", "show", "a=../b"], ["nginx", "show", "x:.."],
      ["nginx", "show", "two\nlines"], ["bare", ""], ["bare", "-x"], ["/usr/sbin/nginx", "-t"],
      ["Nginx", "-t"], ["sh", "-c", "nginx -t"],
      ["nginx", "save", "a.b-c|d"], ["nginx", "save", "ad"], ["nginx", "save", "a"],
      ["nginx", "load", "xxraw,y"], ["nginx", "load", "x\\.raw,y"], ["nginx", "load", "x.raw,y "],
      ["nginx", "load", "x.raw"],
    ])
  func denied(words: [String]) throws {
    let failure = #expect(throws: Failure.self) {
      try Self.grants(Self.nginx).command(Command(words), of: "p")
    }
    #expect(failure?.code == .denied && failure?.reason == "not-granted")
    #expect(failure?.message.contains("p.json") == true)
    #expect(failure?.message.contains("grants.programs") == true)
  }

  @Test("lead where the operator's settings say that a program is, and grant no more for that")
  func placed() throws {
    var manifest = try Manifest(
      parsing: Array(#"{"grants": \#(Self.nginx), "config": {"binary": "/a", "x": 1}}"#.utf8))
    var settings = PluginSettings("p")
    settings.programs["nginx"] = "/opt/nginx"
    settings.config = [JSON.Member("binary", .string("/opt/nginx"))]
    manifest.put(settings)
    let granted = try manifest.grants.command(Command(["nginx", "-t"]), of: "p")
    #expect(granted.command.arguments == ["/opt/nginx", "-t"])
    #expect(throws: Failure.self) {
      try manifest.grants.command(Command(["nginx", "-T"]), of: "p")
    }
    #expect(manifest.config.first { $0.name == "binary" }?.value == .string("/opt/nginx"))
    #expect(manifest.config.count == 2)
  }

  @Test("say what a program reaches by the line that grants its arguments")
  func network() throws {
    let grants = try Self.grants(
      #"""
      {"programs": [{"program": "a", "path": "/a", "arguments": [["-x"]], "network": "host"},
        {"program": "a", "path": "/a", "arguments": [["-x"], ["-y"]], "network": "public"}]}
      """#)
    #expect(try grants.command(Command(["a", "-x"]), of: "p").network == .host)
    #expect(try grants.command(Command(["a", "-y"]), of: "p").network == .public)
    let failure = #expect(throws: Failure.self) {
      try Self.grants(#"{"programs": [{"program": "a", "path": "/a", "network": "none"}]}"#)
    }
    #expect(failure?.message.contains("host or public") == true)
  }

  @Test("have beside what the manifest says what the operator's settings ask for")
  func added() throws {
    var manifest = try Manifest(
      parsing: Array(
        #"{"network": {"allow": ["a.example:443"]}, "grants": {"folders": [{"path": "/srv/x"}]}}"#
          .utf8))
    var settings = PluginSettings("p")
    for url in ["https://b.example/key", "http://127.0.0.1:8545", "https://a.example/x"] {
      settings.reach(url)
    }
    settings.folders = [.read("/srv/x", orAt: "/run/y"), .read("/etc/keys", orAt: "/run/y")]
    manifest.put(settings)
    #expect(
      manifest.network == .allow(["a.example:443", "b.example:443", "127.0.0.1:8545"]))
    #expect(manifest.grants.folders.map(\.place) == ["/srv/x", "/run/y"])
    #expect(manifest.grants.folders.allSatisfy { !$0.isWritable })
  }

  @Test("let no variable in that they do not name, for one may load what it likes")
  func environment() throws {
    let grants = try Self.grants(Self.nginx)
    _ = try grants.command(Command(["nginx", "-t"], environment: ["LANG=C"]), of: "p")
    for variable in ["LD_PRELOAD=/x.so", "PATH=/tmp", "LANG_=C", "LAN=C"] {
      let failure = #expect(throws: Failure.self) {
        try grants.command(Command(["nginx", "-t"], environment: [variable]), of: "p")
      }
      #expect(failure?.message.contains(#""environment""#) == true)
    }
  }

  @Test(
    "are what a setting's value asks for, an address of the network's too",
    arguments: [
      ("unix:///run/engine.sock", Need.socket("/run/engine.sock")),
      ("/run/engine.sock", .socket("/run/engine.sock")),
      ("tcp://10.0.0.5:2375", .network("10.0.0.5:2375")),
    ])
  func needed(value: String, need: Need) throws {
    #expect(try Need("socket:{host}", ["host": value]) == need)
  }

  @Test(
    "are refused where they say nothing clear",
    arguments: [
      (#"{"program": []}"#, "unknown key"),
      (#"{"programs": [{"program": "a/b", "path": "/x"}]}"#, "expected a plain name"),
      (#"{"programs": [{"program": "a", "path": "bin/a"}]}"#, "expected an absolute path"),
      (#"{"programs": [{"program": "a", "path": "/bin/../a"}]}"#, "expected an absolute path"),
      (#"{"programs": [{"program": "a", "path": "/a", "arguments": ["-t"]}]}"#, "command lines"),
      (#"{"programs": [{"program": "a", "path": "/a", "arguments": [["("]]}]}"#, "pattern"),
      (#"{"programs": [{"program": "a", "path": "/a", "arguments": [["a)|(b"]]}]}"#, "pattern"),
      (#"{"folders": [{"path": "/srv/a/../b"}]}"#, "without . or .."),
      (#"{"folders": [{"path": "/srv//a"}]}"#, "without . or .."),
      (#"{"folders": [{"path": "/"}]}"#, "without . or .."),
      (#"{"folders": [{"path": "/srv/a", "write": true}]}"#, "unknown key"),
      (#"{"folders": [{"path": "/srv"}]}"#, "is not below"),
      (#"{"folders": [{"path": "/etc/x"}]}"#, "is not below"),
      (#"{"folders": [{"path": "/x", "at": "/usr/x"}]}"#, "is not below"),
      (#"{"folders": [{"path": "/srv/a"}, {"path": "/srv/a"}]}"#, "one another's place"),
      (#"{"folders": [{"path": "/srv/a"}, {"path": "/srv/a/b"}]}"#, "one another's place"),
      (
        #"{"folders": [{"path": "/x", "at": "/srv/a"}, {"path": "/y", "at": "/srv/a"}]}"#,
        "one another's place"
      ),
      (#"{"folders": [{"path": "/run/a"}], "sockets": ["/run/a/s"]}"#, "one another's place"),
      (#"{"sockets": ["run/x"]}"#, "expected a path"),
      (#"{"sockets": ["/run/../x"]}"#, "expected a path"),
    ])
  func wrong(text: String, why: String) throws {
    let failure = #expect(throws: Failure.self) { try Self.grants(text) }
    #expect(failure?.reason == "bad-manifest")
    #expect(failure?.message.contains(why) == true, "\(failure?.message ?? "")")
  }
}
