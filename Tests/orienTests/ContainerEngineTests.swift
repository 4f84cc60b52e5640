import Glibc
import OrienModel
import OrienPlugins
import OrienSystem
import Testing

@testable import orien

@Suite("Configuration: the engine of containers")
struct ContainerEngineTests {
  private let scratch = Scratch()

  private func load(_ host: String?) throws(Failure) -> Configuration {
    try Configuration.load(
      environment: Environment(
        variables: host.map { ["DOCKER_HOST": $0] } ?? [:], workingFolder: scratch.path,
        executablePath: "/usr/bin/orien", userID: Environment.current.userID),
      file: scratch.write("c", ""))
  }

  @Test("A socket is granted and told, without the links on the way to it, there or not")
  func socket() throws {
    #expect(mkdir(scratch.path + "/real", 0o755) == 0)
    #expect(symlink("real", scratch.path + "/link") == 0)
    let folder = try #require(realpath(scratch.path, nil).map { String(cString: $0) })
    let settings = try #require(
      try load("unix://\(scratch.path)/link/engine.sock").pluginSettings().first)
    #expect(settings.plugin == "docker-run" && settings.hosts.isEmpty)
    #expect(settings.sockets == ["\(folder)/real/engine.sock"])
    #expect(settings.config.map(\.value.string) == ["unix://\(folder)/real/engine.sock"])
    let absent = try #require(try load("unix:///nowhere/engine.sock").pluginSettings().first)
    #expect(absent.sockets == ["/nowhere/engine.sock"])
  }

  @Test("An engine of the network is reached by its host and port alone")
  func network() throws {
    let settings = try #require(try load("tcp://10.0.0.5:2375").pluginSettings().first)
    #expect(settings.hosts == ["10.0.0.5:2375"] && settings.sockets == [])
    #expect(settings.config.map(\.value.string) == ["tcp://10.0.0.5:2375"])
  }

  @Test(
    "What no engine is asked by is told of and stops nothing",
    arguments: ["ssh://me@elsewhere", "unix://relative", "npipe:////./pipe/engine", "/run/d.sock"])
  func unusable(_ host: String) throws {
    let configuration = try load(host)
    #expect(try configuration.pluginSettings().isEmpty)
    #expect(configuration.warnings.count == 1 && configuration.warnings[0].contains(host))
    #expect(configuration.containerHost == nil)
  }

  @Test("Unset, the manifest says it")
  func unset() throws {
    #expect(try load(nil).pluginSettings().isEmpty)
  }
}
