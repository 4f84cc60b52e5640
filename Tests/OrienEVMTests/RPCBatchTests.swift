import OrienEVM
import OrienModel
import Testing

@Suite("Answers of JSON-RPC")
struct RPCBatchTests {
  private func answers(_ text: String, to count: Int = 2) -> Result<[String], RPCFault> {
    Result { () throws(RPCFault) in
      try RPCBatch.answers(in: Array(text.utf8), to: count).map { answer in
        switch answer {
        case .success(let json): String(decoding: json.compact, as: UTF8.self)
        case .failure(let fault): "\(fault)"
        }
      }
    }
  }

  @Test("Answers are put into the order of the calls")
  func order() {
    let text = """
      [{"jsonrpc":"2.0","id":1,"result":"b"},{"jsonrpc":"2.0","id":0,"result":null,"error":null}]
      """
    #expect(answers(text) == .success(["null", "\"b\""]))
  }

  @Test("An error is one call's own")
  func errors() {
    let text = """
      [{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"nonce too low"}},
       {"jsonrpc":"2.0","id":1,"result":1}]
      """
    #expect(answers(text) == .success(["refused with code -32000: nonce too low", "1"]))
  }

  @Test("A revert has the contract's text")
  func reverts() throws {
    let data = HexData.text(of: try ABIFunction("Error", [.string]).call([.string("no-stream")]))
    let fault = RPCFault.refused(
      code: 3, message: "execution reverted", data: try #require(HexData.bytes(of: data)))
    #expect(fault.revert == "no-stream")
    #expect(RPCFault.refused(code: -32000, message: "nonce too low", data: []).revert == nil)
    #expect(RPCFault.refused(code: 3, message: "execution reverted", data: [1]).revert == "")
  }

  @Test(
    "What is no answer to both calls is malformed",
    arguments: [
      "", "7", "[]", "{}", "[null,null]", #"[{"jsonrpc":"2.0","id":0,"result":1}]"#,
      #"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"2.0","id":0,"result":1}]"#,
      #"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"2.0","id":2,"result":1}]"#,
      #"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"2.0","id":"1","result":1}]"#,
      #"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"2.0","id":1.0,"result":1}]"#,
      #"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"2.0","id":1}]"#,
      #"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"1.0","id":1,"result":1}]"#,
      #"[{"jsonrpc":"2.0","id":0,"result":1},{"jsonrpc":"2.0","id":1,"error":{"code":"1"}}]"#,
    ])
  func malformed(_ text: String) {
    guard case .failure(.malformed(let why)) = answers(text) else {
      Issue.record("\(text) was taken")
      return
    }
    #expect(!why.isEmpty)
  }

  @Test("A batch is numbered from 0, and its parameters are as they were given")
  func body() {
    let body = RPCBatch.body(of: [
      RPCRequest("eth_chainId"), RPCRequest("eth_getBalance", .string("0x1"), .string("latest")),
    ])
    #expect(
      String(decoding: body, as: UTF8.self) == """
        [{"jsonrpc":"2.0","id":0,"method":"eth_chainId","params":[]},\
        {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x1","latest"]}]
        """)
  }
}
