import OrienHTTP
import OrienKernel
import OrienModel
import OrienNode

// What an operator does to a node that runs.
extension Endpoint {
  private static let denied = Answer.problem(.forbidden, "Not the operator")

  static let operating: [Endpoint] = [
    Endpoint(
      .post, "/reload", "Read configuration, keys and plugins anew, whole or not at all.",
      answers: [
        .json("What has changed, and what needs a restart", "Reload"), denied,
        .problem(.badRequest, "The configuration is wrong; what held before holds"),
        .problem(.unprocessableContent, "The same"), .problem(.notFound, "A file of it is missing"),
        .problem(.conflict, "It is being read already"),
        .problem(.contentTooLarge, "A file of it is too large"),
        .problem(.internalServerError, "The node's disk has failed"),
        .problem(.serviceUnavailable, "The node is going down"),
      ]
    ) { api, inquiry throws(Failure) in
      try inquiry.allowQuery()
      try inquiry.mustBeOperator()
      api.reload { result in
        switch result {
        case .success(let report):
          inquiry.exchange.answer { writer in writer.writeReload(report) }
        case .failure(let failure): inquiry.exchange.fail(failure)
        }
      }
    },
    Endpoint(
      .post, "/drain", "Take no new work, and go on with what was accepted.",
      answers: [.json("What is still to be done", "Drain"), denied]
    ) { api, inquiry throws(Failure) in try api.drain(true, inquiry) },
    Endpoint(
      .delete, "/drain", "Take new work again.",
      answers: [.json("What is to be done", "Drain"), denied]
    ) { api, inquiry throws(Failure) in try api.drain(false, inquiry) },
  ]
}

extension API {
  fileprivate func drain(_ isDrained: Bool, _ inquiry: Inquiry) throws(Failure) {
    try inquiry.allowQuery()
    try inquiry.mustBeOperator()
    kernel.isAdmitting = !isDrained
    machines?.adverts?.look()
    inquiry.exchange.answer { writer in
      writer.object { writer in
        writer.field("draining", isDrained || kernel.isDraining)
        writer.field("running", kernel.running)
        writer.field("waiting", kernel.waiting)
      }
    }
  }
}
