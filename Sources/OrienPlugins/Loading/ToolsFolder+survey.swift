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
    let judged = try judged()
    var survey = ToolsSurvey()
    survey.refused = judged.refused
    for candidate in judged.candidates {
      switch candidate.outcome {
      case .sound(let sound): survey.sound.append(sound.declaration.id)
      case .nothing: continue
      case .refused(let failure):
        survey.refused.append(RefusedPlugin(file: candidate.file, failure: failure))
      }
    }
    return survey
  }
}
