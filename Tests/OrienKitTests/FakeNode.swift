import COrienABI

@testable import OrienKit

/// A node that is just enough to call a plugin's table by, and remembers what it was told.
///
/// The call's C struct lies first in memory and this object's address after it: that is how a C
/// function that is handed the call finds the object.
final class FakeNode {
  var streams: [UInt32: String] = [:]
  var metered: [String: UInt64] = [:]
  var failure: (status: orien_status, reason: String?, message: String)?
  var command: (argv: [String], env: [String], input: String)?
  var ended: orien_exit?
  var keys: [String] = []
  var lines: [String] = []
  var isCancelled = false
  var emitAnswer = orien_status(ORIEN_OK)
  var hasServices = true

  private struct CallMemory {
    var call: orien_call
    var node: Unmanaged<FakeNode>
  }
  private struct HostMemory {
    var host: orien_host
    var node: Unmanaged<FakeNode>
  }

  /// Runs one handler of the plugin with the arguments that the node would have packed.
  func run(
    _ plugin: Plugin, _ name: String, _ json: String, opened: UnsafeMutableRawPointer? = nil,
    callBytes: UInt32 = UInt32(MemoryLayout<orien_call>.size)
  ) -> orien_status {
    let handler = plugin.handler(name)
    let run = unsafeBitCast(handler.pointee.run, to: RunFunction.self)
    return withCall(handler: handler, callBytes: callBytes) { call in
      Array(json.utf8).withBytes { run(opened, call, $0) }
    }
  }

  /// Opens the plugin: gives the status and the `self` that its functions go by.
  func open(_ plugin: Plugin, _ json: String) -> (orien_status, UnsafeMutableRawPointer?) {
    let open = unsafeBitCast(plugin.table.pointee.open, to: OpenFunction.self)
    var opened = plugin.table.pointee.context
    let status = withCall(handler: nil) { call in
      Array(json.utf8).withBytes { open(&opened, call, $0) }
    }
    return (status, opened)
  }

  func probe(_ plugin: Plugin, _ opened: UnsafeMutableRawPointer?) -> orien_status {
    withCall(handler: nil) { plugin.table.pointee.probe(opened, $0) }
  }

  private func withCall(
    handler: UnsafePointer<orien_handler>?,
    callBytes: UInt32 = UInt32(MemoryLayout<orien_call>.size),
    _ body: (UnsafeMutablePointer<orien_call>) -> orien_status
  ) -> orien_status {
    let node = Unmanaged.passUnretained(self)
    var host = HostMemory(host: orien_host(), node: node)
    host.host.size = UInt32(MemoryLayout<orien_host>.size)
    host.host.service = { host, id in FakeNode.of(host!).service(String(cString: id!)) }
    host.host.release = { _, bytes in UnsafeMutableRawPointer(mutating: bytes.data)?.deallocate() }
    return withUnsafePointer(to: &host) { host in
      "1.2.3".withCString { version in
        host.withMemoryRebound(to: orien_host.self, capacity: 1) { hostTable in
          var memory = CallMemory(call: orien_call(), node: node)
          UnsafeMutablePointer(mutating: hostTable).pointee.version = version
          memory.call.size = callBytes
          memory.call.handler = handler
          memory.call.host = hostTable
          fill(&memory.call)
          return withUnsafeMutablePointer(to: &memory) {
            $0.withMemoryRebound(to: orien_call.self, capacity: 1, body)
          }
        }
      }
    }
  }

  private func fill(_ call: inout orien_call) {
    call.emit = { call, stream, chunk in
      let node = FakeNode.of(call!)
      node.streams[stream, default: ""] += text(chunk)
      return node.emitAnswer
    }
    call.meter = { call, unit, amount in
      FakeNode.of(call!).metered[String(cString: unit!), default: 0] += amount
      return orien_status(ORIEN_OK)
    }
    call.ended = { call, exit, _ in
      FakeNode.of(call!).ended = exit?.pointee
      return orien_status(ORIEN_OK)
    }
    call.fail = { call, status, reason, message in
      FakeNode.of(call!).failure = (
        status, reason.map { String(cString: $0) }, String(cString: message!)
      )
      return status
    }
    call.cancelled = { FakeNode.of($0!).isCancelled ? 1 : 0 }
    call.cancel_fd = { _ in -1 }
  }

  private func service(_ id: String) -> UnsafeRawPointer? {
    guard hasServices else { return nil }
    switch id {
    case ORIEN_SERVICE_PROCESS: return UnsafeRawPointer(processService)
    case ORIEN_SERVICE_LOG: return UnsafeRawPointer(logService)
    case ORIEN_SERVICE_LASTING: return UnsafeRawPointer(lastingService)
    case ORIEN_SERVICE_STATE: return UnsafeRawPointer(shortStateService)
    default: return nil
    }
  }

  fileprivate static func of(_ call: UnsafePointer<orien_call>) -> FakeNode {
    UnsafeRawPointer(call).load(as: CallMemory.self).node.takeUnretainedValue()
  }
  fileprivate static func of(_ host: UnsafePointer<orien_host>) -> FakeNode {
    UnsafeRawPointer(host).load(as: HostMemory.self).node.takeUnretainedValue()
  }
}

extension Plugin {
  func handler(_ name: String) -> UnsafePointer<orien_handler> {
    var entry = table.pointee.handlers!
    while let handler = entry.pointee {
      if String(cString: handler.pointee.name) == name { return handler }
      entry += 1
    }
    preconditionFailure("the plugin has no handler \(name)")
  }
}

func text(_ bytes: orien_bytes) -> String {
  String(decoding: UnsafeRawBufferPointer(start: bytes.data, count: bytes.size), as: UTF8.self)
}

func texts(_ list: UnsafePointer<UnsafePointer<CChar>?>?) -> [String] {
  var texts: [String] = []
  while let text = list?[texts.count] { texts.append(String(cString: text)) }
  return texts
}

nonisolated(unsafe) private let processService: UnsafePointer<orien_process> = {
  var table = orien_process()
  table.size = UInt32(MemoryLayout<orien_process>.size)
  table.exec = { call, command in
    let command = command!.pointee
    FakeNode.of(call!).command = (
      texts(command.argv), texts(command.env), text(command.input)
    )
    return orien_status(ORIEN_EXEC)
  }
  table.run = { _, command, exit, capture, output, _ in
    exit!.pointee.code = 3
    exit!.pointee.reason = 99
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: Int(capture))
    bytes.initialize(repeating: UInt8(ascii: "x"), count: Int(capture))
    output?.pointee = orien_bytes(data: bytes, size: Int(capture))
    return orien_status(ORIEN_OK)
  }
  return Immortal.value(table)
}()

nonisolated(unsafe) private let logService: UnsafePointer<orien_log> = {
  var table = orien_log()
  table.size = UInt32(MemoryLayout<orien_log>.size)
  table.write = { host, _, _, message in
    FakeNode.of(host!).lines.append(String(cString: message!))
  }
  return Immortal.value(table)
}()

nonisolated(unsafe) private let lastingService: UnsafePointer<orien_lasting> = {
  var table = orien_lasting()
  table.size = UInt32(MemoryLayout<orien_lasting>.size)
  table.start = { call, name, command, limits in
    let command = command!.pointee
    guard command.flags == UInt32(ORIEN_OUTSIDE) else { return orien_status(ORIEN_INVALID) }
    let node = FakeNode.of(call!)
    node.command = (texts(command.argv), texts(command.env), text(command.input))
    node.keys.append("\(String(cString: name!)) \(limits!.pointee.memory_bytes)")
    return orien_status(String(cString: name!) == "runs" ? ORIEN_CONFLICT : ORIEN_OK)
  }
  table.stop = { call, name, grace in
    FakeNode.of(call!).keys.append("\(String(cString: name!)) \(grace)")
    return orien_status(ORIEN_OK)
  }
  table.status = { _, name, status, exit, usage in
    guard String(cString: name!) != "absent" else { return orien_status(ORIEN_NOT_FOUND) }
    status!.pointee.started_ms = 5
    status!.pointee.ended_ms = 6
    exit!.pointee.code = 7
    usage!.pointee.cpu_user_us = 8
    return orien_status(ORIEN_OK)
  }
  table.output = { _, _, _ in orien_status(ORIEN_NOT_FOUND) }
  table.list = { _, prefix, _, names in
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 4)
    bytes.initialize(from: Array("a\0b\0".utf8), count: 4)
    names!.pointee = orien_bytes(data: bytes, size: 4)
    return orien_status(ORIEN_OK)
  }
  return Immortal.value(table)
}()

/// A state service of a node that ends before `get`.
nonisolated(unsafe) private let shortStateService: UnsafePointer<orien_state> = {
  var table = orien_state()
  table.size = UInt32(MemoryLayout<orien_state>.offset(of: \.get)!)
  table.put = { host, key, _, revision in
    FakeNode.of(host!).keys.append(String(cString: key!))
    revision!.pointee += 1
    return orien_status(ORIEN_OK)
  }
  return Immortal.value(table)
}()
