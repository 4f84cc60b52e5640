import CLinux
import Glibc

/// What a program was started with and where: taken once, and from there on a value like others.
package struct Environment: Sendable {
  package var variables: [String: String]
  /// An absolute path.
  package var workingFolder: String
  /// The program's own file, links followed.
  package var executablePath: String
  /// As whom it acts; 0 is root.
  package var userID: UInt32
  /// By which name it was called, without the folders before it.
  package var programName: String

  package init(
    variables: [String: String] = [:], workingFolder: String = "/", executablePath: String = "/",
    userID: UInt32 = 0, programName: String = "orien"
  ) {
    self.variables = variables
    self.workingFolder = workingFolder
    self.executablePath = executablePath
    self.userID = userID
    self.programName = programName
  }

  package subscript(name: String) -> String? { variables[name] }

  /// This process's. To be called before there is a second thread.
  package static var current: Environment {
    var variables: [String: String] = [:]
    var entry = linux_environment()
    while let text = entry?.pointee {
      let line = String(cString: text)
      if let end = line.utf8.firstIndex(of: UInt8(ascii: "=")) {
        variables[String(line[..<end])] = String(line[line.utf8.index(after: end)...])
      }
      entry = entry?.advanced(by: 1)
    }
    return Environment(
      variables: variables, workingFolder: HostFile.resolved(".") ?? "/",
      executablePath: HostFile.resolved("/proc/self/exe") ?? "/", userID: geteuid(),
      programName: CommandLine.arguments.first?.split(separator: "/").last.map(String.init)
        ?? "orien")
  }

  /// `path`, where it is relative, from the working folder on.
  package func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : workingFolder + (workingFolder == "/" ? "" : "/") + path
  }
}
