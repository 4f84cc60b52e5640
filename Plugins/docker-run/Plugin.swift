public import OrienKit

/// Runs code in containers of Docker's, or of whatever else speaks the Engine API, and is a backend
/// of sandbox/1.
private let plugin = Plugin(
  id: "orien.docker-run", version: "1.0.0",
  "Runs code in containers that have nothing but the session's workspace", concurrency: 64,
  needs: ["socket:{host}"],
  settings:
    .text(
      "host", "The engine's socket, as DOCKER_HOST has it",
      default: "unix:///run/docker.sock", .length(1...255)),
  .text("image", "The image of calls that name none", default: "orien-sandbox:latest"),
  .texts("images", "What else callers may name, by name or digest", default: [], .count(0...256)),
  .text(
    "runtime", "The runtime of containers, such as runsc; none: the engine's own", default: "",
    .matching("^[a-zA-Z0-9_.-]*$"), .length(0...64)),
  .text(
    "network", "The engine's network for calls that want one; none: no call gets any",
    default: "", .matching("^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$"), .length(0...64)),
  .integer(
    "tmp_bytes", "How much a container may keep in its /tmp", default: 64 << 20,
    .between(4096...1 << 34)),
  .texts(
    "io_devices", "The engine's disks, as /dev/sda, to which ioBytesPerSecond of a call applies",
    default: [], .count(0...16)),
  .json(
    "warm", "How many containers of an image wait for calls, by its name; none: none do",
    default: "{}",
    .schema(#"{"type":"object"}"#)),
  open: { (call, host, image, images, runtime, network, tmpBytes, ioDevices, warm) in
    let images = try AllowedImages([image] + images)
    return try Sandbox(
      engine: Engine(EngineAddress(host)), images: images,
      runtime: runtime, network: network, tmpBytes: tmpBytes, ioDevices: ioDevices,
      pool: WarmPool(warm, of: images))
  },
  close: { sandbox in sandbox.pool.close(sandbox) },
  probe: { call, sandbox in try sandbox.probe(call) }
) {
  Handler<Sandbox>.run
  Handler<Sandbox>.probe
  Handler<Sandbox>.images
  Handler<Sandbox>.build
  Handler<Sandbox>.sweep
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
