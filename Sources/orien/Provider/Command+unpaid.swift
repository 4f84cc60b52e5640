import OrienModel

extension Command {
  /// A command of golem-provider's that needs payments: it says so, in the words that its callers know.
  static func unpaid(
    _ name: String, _ operands: [Operand], _ summary: String, _ options: [Option] = []
  ) -> Command {
    Command(
      name, taking: operands, summary, options: options + [.json],
      examples: [Example("golem-provider \(name)", "Once payments are there")]
    ) { invocation throws(Failure) in
      let json = JSON.object([JSON.Member("error", .string("streaming_disabled"))])
      if try !invocation.answered(json) {
        invocation.console.tell(
          "streaming payments are not enabled on this provider: they come with the payments plugin,"
            + " and nothing was changed")
      }
      return .negative
    }
  }
}
