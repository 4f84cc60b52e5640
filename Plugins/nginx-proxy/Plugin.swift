public import OrienKit

/// Lends ports by the operator's own nginx: a server of its stream module for each lease, in a folder of
/// ours that its configuration includes. A backend of proxy/1.
private let plugin = Plugin(
  id: "orien.nginx-proxy", version: "1.0.0",
  "Lends ports by servers of nginx's stream module", concurrency: 4,
  needs: ["program:nginx", "program:ss", "program:ps", "program:cat"],
  settings:
    .text(
      "folder", "The folder of ours that nginx includes", default: "/etc/nginx/golem.d", path,
      length),
  .text(
    "at", "Where the manifest shows that folder; empty: at the same place", default: "",
    place, length),
  .text(
    "log", "The log of sessions that ended, as nginx and this plugin name it",
    default: "/var/log/nginx/golem/traffic.log", path, length),
  .text(
    "pid", "The file with the number of nginx's master", default: "/run/nginx.pid", path,
    length),
  .texts(
    "options", "What nginx is called with first, such as -c FILE", default: [], .count(0...16)),
  .texts(
    "hosts", "Where ports are opened that are to be everywhere", default: ["0.0.0.0", "[::]"],
    .count(1...16)),
  open: { (call, folder, place, log, pid, options, hosts) in
    for host in hosts where !host.utf8.allSatisfy({ allowed.contains($0) }) {
      throw Failure(.invalid, "hosts: expected addresses like 0.0.0.0 or [::], got '\(host)'")
    }
    return Proxy(
      nginx: Nginx(options: options, pidFile: pid), path: folder, place: place, log: log,
      hosts: hosts)
  }
) {
  Handler<Proxy>.probe
  Handler<Proxy>.open
  Handler<Proxy>.close
  Handler<Proxy>.list
  Handler<Proxy>.stats
}

private let allowed = Array("0123456789abcdefABCDEF:.[]".utf8)
private var path: Rule { .matching("^/[a-zA-Z0-9._/-]+$") }
private var place: Rule { .matching("^(/[a-zA-Z0-9._/-]+)?$") }
private var length: Rule { .length(0...201) }

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
