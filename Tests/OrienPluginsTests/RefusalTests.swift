import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienPlugins

@Suite("A library is refused, and told why,")
struct RefusalTests {
  private func refusal(_ bytes: [UInt8]) throws -> Failure? {
    let tools = try Tools()
    guard case .failure(let failure) = try tools.loadOne(bytes) else { return nil }
    return failure
  }

  @Test(
    "where it is none",
    arguments: [
      ([], "the file is empty"), (Array("#!/bin/sh\n".utf8), "not an ELF file"),
      (Array("INPUT(libecho.so)\n".utf8), "not an ELF file"),
      ([0x7F, 0x45, 0x4C, 0x46], "truncated"),
    ] as [([UInt8], String)])
  func noLibrary(bytes: [UInt8], why: String) throws {
    let failure = try #require(try refusal(bytes))
    #expect(failure.reason == "not-a-library")
    #expect(failure.message.contains(why))
  }

  @Test(
    "where it is for another machine, or no shared library",
    arguments: [
      (4, 1, "64 bits"), (5, 2, "64 bits"), (16, 2, "type 2"), (18, 183, "machine 183"),
    ] as [(Int, UInt8, String)])
  func otherMachine(offset: Int, value: UInt8, why: String) throws {
    var bytes = try Fixture.bytes("named", ["ID=\"a.b\"", "TOOL=\"t\""])
    bytes[offset] = value
    let failure = try #require(try refusal(bytes))
    #expect(failure.reason == "not-a-library")
    #expect(failure.message.contains(why))
  }

  @Test("where it exports no entry", arguments: [[], ["DATA"]])
  func stranger(definitions: [String]) throws {
    let failure = try #require(try refusal(Fixture.bytes("stranger", definitions)))
    #expect(failure.reason == "not-a-plugin")
    #expect(failure.message == "exports no orien_plugin_v1(): not a plugin of this ABI")
  }

  @Test("where it wants an executable stack, which all threads would get")
  func executableStack() throws {
    let bytes = try Fixture.bytes(
      "named", ["ID=\"a.b\"", "TOOL=\"t\""], link: ["-Wl,-z,execstack"])
    #expect(try refusal(bytes)?.message.contains("executable stack") == true)
  }

  @Test("where what it links to is not there")
  func undefined() throws {
    let failure = try #require(
      try refusal(
        Fixture.bytes("named", ["ID=\"a.b\"", "TOOL=\"t\"", "strlen(x)=orien_no_such(x)"])))
    #expect(failure.reason == "not-loadable")
    #expect(failure.message.contains("orien_no_such"))
  }

  @Test("where it is cut short anywhere")
  func truncated() throws {
    let whole = try Fixture.bytes("services")
    let sizes = Set(stride(from: 0, to: whole.count, by: 512)).union(
      (whole.count - 8)..<whole.count)
    for size in sizes.sorted() {
      #expect(throws: Failure.self, "\(size) of \(whole.count) bytes") {
        try ELFLibrary(reading: Array(whole.prefix(size)))
      }
    }
    // What the loader makes of such a file, had nobody read it first: the process dies of SIGBUS.
    let cut = try Tools().root + "-cut.so"
    try Data(whole.prefix(9000)).write(to: URL(fileURLWithPath: cut))
    let unread = try Scanner(worker: Fixture.worker, patience: .seconds(60)).scan(
      .handlers(path: cut))
    #expect(
      unread == .refused(Failure(.invalid, "crashes", "died of signal 7 when it was loaded")))
    // And by the whole way, at every page that a copy may have come to.
    for size in stride(from: 4096, to: whole.count, by: 4096) {
      #expect(try refusal(Array(whole.prefix(size)))?.reason == "not-a-library")
    }
  }

  @Test(
    "where its table lies",
    arguments: [
      ("plugin_size_0", "plugin: size: expected 64 to 4096"), ("plugin_size_small", "plugin: size"),
      ("plugin_size_huge", "plugin: size"), ("plugin_size_odd", "plugin: size"),
      ("handler_size_0", "handlers[0]: size: expected 88"),
      ("handler_size_huge", "handlers[0]: size"),
      ("arg_size_small", "handlers[0].args[0]: size"),
      ("limits_size_0", "handlers[0].limits: size"),
      ("null_table", "orien_plugin_v1() returned NULL"), ("null_id", "id: is NULL"),
      ("null_version", "version: is NULL"), ("null_handlers", "handlers: lists no handler"),
      ("no_handlers", "handlers: lists no handler"), ("null_name", "handlers[0].name: is NULL"),
      ("null_run", "handlers[0].run: is NULL"),
      ("null_arg_name", "handlers[0].args[0].name: is NULL"),
      ("endless_id", "id: is too long"), ("mebibyte_doc", "doc: is too long"),
      ("doc_not_utf8", "doc: is no valid UTF-8"), ("id_with_slash", "id: expected"),
      ("id_with_dots", "id: expected"), ("id_with_escape", "id: expected"),
      ("version_two_parts", "version: expected a semantic version"),
      ("name_with_space", "handlers[0].name: expected ^[a-zA-Z0-9_-]{1,64}$, found \"a b\""),
      ("name_65", "handlers[0].name"), ("name_unicode", "handlers[0].name"),
      ("name_dots", "handlers[0].name"),
      ("title_with_escape", "handlers[0].title: expected one line"),
      ("title_with_bidi", "handlers[0].title"), ("doc_with_bell", "handlers[0].doc"),
      ("same_name_twice", "handlers[1].name: h0 is there twice"),
      ("same_arg_twice", "handlers[0].args[1].name: a0 is there twice"),
      ("arg_name_upper", "handlers[0].args[0]"),
      ("unknown_type", "handlers[0].args[0].type: 9 is no type"),
      ("unknown_arg_flag", "handlers[0].args[0].flags: 0x80"),
      ("unknown_handler_flag", "handlers[0].flags: 0x80000000"),
      ("unknown_plugin_flag", "flags: 0x2"), ("args_15", "handlers[0].args: 15 entries"),
      ("settings_65", "settings: has more than 64"), ("handlers_65", "handlers: has more than 64"),
      ("needs_33", "needs: has more than 32"), ("fallback_no_json", "handlers[0].args[0]"),
      ("fallback_wrong_type", "handlers[0].args[0]"), ("rules_no_json", "handlers[0].args[0]"),
      ("rules_unknown", "handlers[0].args[0]"), ("rules_backreference", "handlers[0].args[0]"),
      ("example_no_json", "handlers[0].example"), ("example_invalid", "handlers[0].example"),
      ("role_no_number", "handlers[0].role"), ("unit_upper", "handlers[0].units[0]"),
      ("unit_twice", "handlers[0].units: has one twice"),
      ("media_type_bad", "handlers[0].result_type"), ("network_4", "handlers[0].limits.network"),
      ("handlers_misaligned", "handlers: is at an address"),
      ("docs_of_megabytes", "plugin: its texts and numbers take 3"),
    ])
  func liar(lie: String, why: String) throws {
    let failure = try #require(try refusal(Fixture.bytes("liar", ["LIE=\(lie)"])))
    #expect(failure.reason == "bad-table")
    #expect(failure.message.hasPrefix(why), "\(failure.message)")
    #expect(!failure.message.contains("\u{1B}"))
  }

  @Test("where a pointer of its table leads nowhere, which costs the scan alone")
  func wild() throws {
    let failure = try #require(try refusal(Fixture.bytes("liar", ["LIE=wild_pointer"])))
    #expect(failure.reason == "crashes")
    #expect(failure.message == "died of signal 11 when it was loaded")
  }

  @Test("where it needs what the node has not, by name")
  func needs() throws {
    let failure = try #require(try refusal(Fixture.bytes("liar", ["LIE=needs_unknown"])))
    #expect(failure.reason == "needs")
    #expect(failure.message.contains("\"orien.teleport/1\""))
  }

  @Test(
    "but not where it leaves out what it may", arguments: ["honest", "null_everything_optional"])
  func honest(lie: String) throws {
    #expect(try refusal(Fixture.bytes("liar", ["LIE=\(lie)"])) == nil)
  }

  @Test(
    "where its code harms the process that only lists it",
    arguments: [
      ("aborts", "crashes", "signal 6"), ("exits", "crashes", "said no table"),
      ("exits_5", "crashes", "code 5"), ("loops", "slow", "400 ms"), ("waits", "slow", "400 ms"),
      ("segfaults", "crashes", "signal 11"), ("exits_in_entry", "crashes", "said no table"),
      ("loops_in_entry", "slow", "400 ms"), ("chdirs", "bad-table", "directory"),
      ("sets_umask", "bad-table", "umask"), ("sets_variable", "bad-table", "environment"),
      ("handles_signal", "bad-table", "signals"), ("ignores_pipe", "bad-table", "signals"),
      ("sets_locale", "bad-table", "locale"),
      ("closes_standard", "bad-table", "descriptors 0 to 2"),
      ("closes_all", "crashes", "ended the process"), ("floods", "slow", "400 ms"),
    ])
  func crasher(deed: String, reason: String, why: String) throws {
    let tools = try Tools()
    try tools.put("one.so", Fixture.bytes("crasher", ["DEED=\(deed)"]))
    var folder = tools.folder
    if reason == "slow" { folder.scanPatience = [.milliseconds(200), .milliseconds(400)] }
    let failure = try #require(try folder.load(for: tools.node).refused.first?.failure)
    #expect(failure.reason == reason, "\(failure.message)")
    #expect(failure.message.contains(why))
  }

  @Test(
    "but not where its code is only odd: it starts no process, and says nothing of its own",
    arguments: ["nothing", "forks", "daemonises", "speaks", "starts_thread"])
  func odd(deed: String) throws {
    let answer = try Scanner(worker: Fixture.worker, patience: .seconds(60)).scan(
      .handlers(path: Fixture.library("crasher", ["DEED=\(deed)"])))
    guard case .listed(let listing) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(listing.id == "test.crasher")
  }
}
