internal import OrienKit

extension WarmContainer {
  /// Makes one and pauses it; nothing of it is left where that fails.
  init(
    _ request: CreateRequest, at place: String, _ sandbox: Sandbox, _ connection: EngineConnection
  ) throws(Failure) {
    let name = "orien-\(place.split(separator: "/").last ?? "place")"
    do throws(Failure) {
      id = try connection.create(name, request.json(sandbox))
      try connection.start(id)
      try connection.pause(id)
    } catch {
      // By its name, for it may be there though nobody heard so.
      do throws(Failure) { try connection.remove(name, within: 2000) } catch {
        sandbox.leave(name)
      }
      throw error
    }
    self.place = place
    shape = request.shape(sandbox)
  }
}

extension CreateRequest {
  /// What a container is made with that waits for such a call: as contained as that call's own, for it
  /// is what that would be made with, but for the shell that waits in place of the program, its label,
  /// and an empty place instead of the workspace.
  func waiting(at place: String, of node: String) -> CreateRequest {
    CreateRequest(
      image: image, program: .waiting, workspace: (place, workspace.user), layout: layout,
      isReadOnly: true, hasNetwork: hasNetwork, limits: limits,
      labels: [Label.node: node, Label.warm: place], awaitsWorkspace: true)
  }

  /// By which two are seen to be made with the same: all of it, but where and whose they are.
  func shape(_ sandbox: Sandbox) -> String { waiting(at: "", of: "").json(sandbox).text }
}
