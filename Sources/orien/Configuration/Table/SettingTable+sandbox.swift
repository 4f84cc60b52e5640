import OrienAPI

// Of code that is sent to be run.
extension Setting {
  static let sandbox: [Setting] = [
    Setting(
      "SANDBOX_BACKEND", \.sandbox.backend,
      .choice(["auto": .auto, "docker": .docker, "jail": .jail]),
      "What code runs in: containers, the node's jail, or auto: containers where there are any"),
    Setting(
      ContainerEngine.variable, \.containerHost, .optional(.text),
      "Where the engine of docker-run is, as unix:///PATH or tcp://HOST:PORT; else its manifest says so"
    ),
    Setting(
      "SANDBOX_IMAGE", \.sandbox.image, .optional(.text),
      "The image of those containers, where it is not their plugin's own"),
    Setting(
      "SANDBOX_DOCKERFILE", \.sandbox.dockerfile, .optional(.path),
      "What /build-image builds that image of, where it is not what comes with the node"),
    Setting(
      "SANDBOX_CPU_LIMIT", \.sandbox.cpuPercent, .cores,
      "The processors that code has, as 1.0"),
    Setting(
      "SANDBOX_MEMORY_LIMIT", \.sandbox.memoryBytes, .bytes(1 << 20...1 << 50),
      "The memory that code has"),
    Setting(
      "SANDBOX_DEFAULT_TIMEOUT", \.sandbox.timeoutSeconds, .whole(1...300),
      "How many seconds code has that does not say"),
    Setting(
      "SANDBOX_LANGUAGES", \.sandbox.languages, .languages,
      "Languages beside python, javascript and bash"),
    Setting(
      "SANDBOX_ARTIFACT_BYTES", \.sandbox.artifactBytes, .bytes(0...1 << 30),
      "What an answer of /run has of files that the code has left"),
    Setting(
      "SANDBOX_PORT", \.sandbox.port, .optional(.whole(1...65535)),
      "A port of HOST for who knows the sandbox's dialect alone"),
  ]
}
