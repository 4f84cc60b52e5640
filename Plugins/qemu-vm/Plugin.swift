public import OrienKit
internal import OrienMachineBackend

/// Keeps machines by QEMU, and is a backend of vm/1: on KVM where it works, else slowly without.
private let plugin = Plugin(
  id: "orien.qemu-vm", version: "1.0.0", "Keeps machines that QEMU runs", concurrency: 16,
  needs: ["program:qemu-system-x86_64", "program:qemu-img", "program:ssh-keyscan", "program:id"],
  settings:
    .text(
      "image", "The image of callers who name none; as orien vm image list has it",
      default: "default", .length(1...128)),
  .text(
    "accelerator", "auto: KVM where a trial shows that it works, else none",
    default: "auto", .oneOf("auto", "kvm", "tcg")),
  .text(
    "network",
    "public: machines reach public addresses, to which the kernel holds them; closed: nothing; "
      + "auto: public where the kernel can, else closed; open: all that this one does",
    default: "auto", .oneOf("auto", "public", "closed", "open")),
  .text(
    "user", "Whom QEMU becomes where the node is root", default: "nobody",
    .matching("^[a-z_][a-z0-9_-]*$"), .length(1...32)),
  .integer("ssh_port", "Of each machine's address", default: 2222, .between(1...65_535)),
  .integer(
    "stop_milliseconds", "How long a machine may take to stop by itself", default: 60_000,
    .between(1...150_000)),
  .integer(
    "patience_milliseconds", "How long QEMU may take to answer a question", default: 3000,
    .between(100...10_000)),
  open: { (call, image, accelerator, network, user, sshPort, stop, patience) in
    Machines(
      Engine(accelerator, reaches: Reach.named(network), user: user, sshPort: sshPort),
      ImageShelf(in: call.host.folder, usual: image), folder: call.host.folder,
      stopMilliseconds: stop, patienceMilliseconds: patience)
  },
  probe: { call, machines in try machines.engine.checkPresence(call) }
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
