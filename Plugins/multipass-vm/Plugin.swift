public import OrienKit
internal import OrienMachineBackend

/// Keeps machines by Canonical's multipass, and is a backend of vm/1.
private let plugin = Plugin(
  id: "orien.multipass-vm", version: "1.0.0", "Keeps machines that multipass makes",
  // Launches take minutes, and are not to hold up what is asked meanwhile.
  concurrency: 64,
  settings:
    .text(
      "binary", "Where multipass is; none: where a snap, /usr/local/bin or /usr/bin has it",
      default: "", .length(0...255)),
  .text(
    "home", "Whose home it is started with: it keeps there by what its daemon knows it",
    default: "/root", .matching("^/[^\\n]*$"), .length(1...255)),
  .text("image", "The image of callers who name none", default: "24.04", .length(1...255)),
  .texts(
    "images", "What else callers may name", default: ["22.04", "noble", "jammy", "lts"],
    .count(0...256)),
  .text(
    "cloud_init_folder",
    "A folder that multipass may read, for a version that takes no cloud-init by its input",
    default: "", .matching("^(/[^\\n]+)?$"), .length(0...201)),
  .integer(
    "patience_milliseconds", "How long multipass may take to answer a question", default: 8000,
    .between(100...12_000)),
  .integer(
    "silences", "After how many unanswered questions in a row it is left alone", default: 3,
    .between(1...100)),
  .integer(
    "pause_milliseconds", "For how long", default: 30_000, .between(1...3_600_000)),
  open: { (call, binary, home, image, images, folder, patience, silences, pause) in
    let breaker = Breaker(mostSilences: silences, pauseMilliseconds: pause)
    return Machines(
      Multipass(
        Installation.all(at: binary), home: home, patienceMilliseconds: patience, breaker: breaker),
      images: try Images([image] + images), seeds: SeedWay(folder: folder))
  },
  probe: { call, machines in try machines.multipass.checkPresence() }
) {
  Handler<Machines>.probe
  Handler<Machines>.launch
  Handler<Machines>.list
  Handler<Machines>.info
  Handler<Machines>.start
  Handler<Machines>.stop
  Handler<Machines>.delete
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
