import OrienModel
import OrienNode
import Testing

@testable import OrienAPI

private let sample =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPZqXpIVN6BiSRVtbHtL4JYIDtGxgWbL9VdZJ5Lq0r6h me@home"

@Suite("API: what a machine is asked for with")
struct MachineRequestTests {
  private func read(_ text: String) throws(FieldFaults) -> MachineRequest {
    try MachineRequest(Array(text.utf8))
  }

  @Test(
    "Sizes by name, in an object, beside the name, and one over another",
    arguments: [
      (#"{"name":"web"}"#, 1, 1, 10),
      (#"{"name":"web","size":"medium"}"#, 2, 4, 20),
      (#"{"name":"web","size":"large","resources":null}"#, 4, 8, 40),
      (#"{"name":"web","size":"xlarge"}"#, 8, 16, 80),
      (#"{"name":"web","resources":{"cpu":2,"memory":32,"storage":100}}"#, 2, 32, 100),
      (#"{"name":"web","cpu_cores":4,"memory_gb":2,"storage_gb":15}"#, 4, 2, 15),
      (#"{"name":"web","size":"medium","memory_gb":8}"#, 2, 8, 20),
      (#"{"name":"web","memory_gb":8,"resources":{"memory":16}}"#, 1, 16, 10),
    ] as [(String, Int64, Int64, Int64)])
  func sizes(_ text: String, _ cpu: Int64, _ memory: Int64, _ disk: Int64) throws {
    #expect(try read(text).size == MachineSize(cpu: cpu, memoryGiB: memory, diskGiB: disk))
  }

  @Test("D-B1-1: a size that is named counts also where there are no resources")
  func sizeWithoutResources() throws {
    #expect(try read(#"{"name":"web","size":"medium"}"#).size.cpu == 2)
  }

  @Test("X-B1-1: the documented request, flat and without a key, gets the machine that it asks for")
  func documentedRequest() throws {
    let request = try read(
      #"{"name":"my-vm","cpu_cores":2,"memory_gb":4,"storage_gb":20,"stream_id":7}"#)
    #expect(request.size == MachineSize(cpu: 2, memoryGiB: 4, diskGiB: 20))
    #expect(request.key == nil)
  }

  @Test(
    "Each fault is named by its place and its kind",
    arguments: [
      ("{}", "name missing"), (#"{"name":1}"#, "name string_type"),
      (#"{"name":"ab"}"#, "name string_too_short"),
      (#"{"name":"a-"}"#, "name string_too_short"),
      (#"{"name":"ab-"}"#, "name string_pattern_mismatch"),
      (#"{"name":"Web"}"#, "name string_pattern_mismatch"),
      (#"{"name":"a--b"}"#, "name value_error"), (#"{"name":"jobs"}"#, "name value_error"),
      (#"{"name":"web; rm -rf"}"#, "name string_pattern_mismatch"),
      (#"{"name":"web","size":"huge"}"#, "size enum"),
      (#"{"name":"web","resources":{"cpu":3}}"#, "resources.cpu value_error"),
      (#"{"name":"web","resources":{"cpu":"2"}}"#, "resources.cpu int_type"),
      (#"{"name":"web","memory_gb":31}"#, "memory_gb value_error"),
      (#"{"name":"web","storage_gb":9}"#, "storage_gb value_error"),
      (#"{"name":"web","storage_gb":-1}"#, "storage_gb value_error"),
      (#"{"name":"web","resources":[]}"#, "resources model_attributes_type"),
      (#"{"name":"web","ssh_key":"ssh-dss AAAA"}"#, "ssh_key value_error"),
      (#"{"name":"web","ssh_key":"ssh-rsa !"}"#, "ssh_key value_error"),
      (#"{"name":"web","image":"a b"}"#, "image value_error"),
      ("[]", " model_attributes_type"), ("{", " json_invalid"),
    ])
  func faults(text: String, told: String) {
    #expect {
      try read(text)
    } throws: { error in
      guard let first = (error as? FieldFaults)?.all.first else { return false }
      return told == first.place.dropFirst().joined(separator: ".") + " " + first.type
    }
  }

  @Test(
    "A key is one line that is a key: no options before it, and no other line behind",
    arguments: [
      #"command=\"sh\" \#(sample)"#, #"\#(sample)\nssh-rsa AAAA"#,
      #"ssh-rsa \#(sample.dropFirst(12))"#,
      "ssh-ed25519", "",
    ])
  func hostileKeys(_ key: String) {
    #expect(throws: FieldFaults.self) { try read(#"{"name":"web","ssh_key":"\#(key)"}"#) }
  }

  @Test("A key that is one is taken as it is")
  func taken() throws {
    #expect(try read(#"{"name":"web","ssh_key":" \#(sample)\n"}"#).key?.line == sample)
  }
}
