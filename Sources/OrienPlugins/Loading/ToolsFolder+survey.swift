package import OrienModel
import OrienSystem

/// What the libraries of a `tools.d` are, as far as that shows without any of them being loaded.
package struct ToolsSurvey: Sendable {
  /// The ids of the plugins that a node would open.
  package var sound: [String] = []
  package var refused: [RefusedPlugin] = []

  package init() {}
}

extension ToolsFolder {
  /// Judges all libraries as `load` does, each in a process of its own, and loads none. Blocks as
  /// that does.
  package func survey() throws(Failure) -> ToolsSurvey {
    let judgement = Judgement()
    try judge(into: judgement, beside: nil)
    var survey = ToolsSurvey()
    while let step = judgement.next() {
      switch step {
      case .begun(_, _, let refused): survey.refused = refused
      case .found(let candidate): survey.add(candidate)
      case .failed(let failure): throw failure
      }
    }
    return survey
  }
}

extension ToolsSurvey {
  fileprivate mutating func add(_ candidate: Candidate) {
    switch candidate.outcome {
    case .sound(let sound): self.sound.append(sound.declaration.id)
    case .nothing: break
    case .refused(let failure):
      refused.append(RefusedPlugin(file: candidate.file, failure: failure))
    }
  }
}
