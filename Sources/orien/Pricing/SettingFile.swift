import OrienModel
import OrienSystem

/// A file of settings that is changed where it says something else, and stays as somebody has written
/// it in all other places.
struct SettingFile {
  private let path: String
  private let mode: UInt32
  private var lines: [String]

  /// One that is not there yet is empty. `path` is absolute.
  init(at path: String) throws(Failure) {
    self.path = path
    guard HostFile.kind(at: path) != nil else {
      (mode, lines) = (0o600, [])
      return
    }
    let file = try HostFile(at: path)
    mode = file.status.mode & 0o777
    lines = try file.text(atMostBytes: 256 << 10).lines.map(String.init)
    if lines.last == "" { lines.removeLast() }
  }

  init(text: String) {
    (path, mode) = ("", 0o600)
    lines = text.lines.map(String.init)
    if lines.last == "" { lines.removeLast() }
  }

  var text: String { lines.map { $0 + "\n" }.joined() }

  /// In the line that sets it already, by whichever of its names; else under the one that has it as a
  /// comment; else at the end.
  mutating func set(_ name: String, to value: String) {
    let setting = Setting.named(name)?.name
    let own = lines.indices.filter { place in
      SettingLine.lines(of: lines[place]).first?.name
        .map { Setting.named($0)?.name ?? $0 } == setting
    }
    if let place = own.first {
      let named = SettingLine.lines(of: lines[place]).first?.name ?? name
      let export = lines[place].drop { $0 == " " }.hasPrefix("export ") ? "export " : ""
      lines[place] = "\(export)\(named)=\(value)"
      // The same by its other name would count in its place.
      for other in own.dropFirst().reversed() { lines.remove(at: other) }
    } else if let place = lines.firstIndex(where: { $0.hasPrefix("#\(name)=") }) {
      lines.insert("\(name)=\(value)", at: place + 1)
    } else {
      lines.append("\(name)=\(value)")
    }
  }

  /// In one step: whoever reads it meanwhile reads all of the old or all of the new.
  func save() throws(Failure) {
    // Where the name is a link, what it leads to is the file.
    let real = HostFile.resolved(path) ?? path
    let slash = real.lastIndex(of: "/") ?? real.startIndex
    let folder = try Folder(
      at: slash == real.startIndex ? "/" : String(real[..<slash]), creating: true)
    let name = try FolderPath(String(real[real.index(after: slash)...]))
    try folder.replace(name, with: Array(text.utf8), mode: mode)
  }
}
