import OrienModel
import OrienNode

extension Rental {
  /// In the words of the dialect.
  var status: String {
    switch phase {
    case .creating: "creating"
    case .running: "running"
    case .starting, .stopped: "stopped"
    case .stopping: "stopping"
    case .deleting: trouble == nil ? "stopping" : "error"
    case .deleted: "deleted"
    case .failed: "error"
    }
  }

  /// The port by which it is reached; nil while there is no way yet.
  var way: UInt16? {
    switch phase {
    case .creating: nil
    case .running: isOpen ? port : nil
    default: port
    }
  }

  /// A job is over when its machine was made, or will never be.
  var jobStatus: String {
    switch phase {
    case .creating: "creating"
    case .deleting where trouble != nil, .failed: "failed"
    default: "ready"
    }
  }
}

extension JSONWriter {
  /// The members of both of the dialect's ages.
  mutating func write(_ rental: Rental, host: String?, token: String? = nil) {
    let port = rental.way.map { Int64($0) }
    object { writer in
      writer.field("id", rental.id)
      writer.field("name", rental.name)
      writer.field("status", rental.status)
      writer.write(resources: rental.size)
      writer.fieldOrNull("ip_address", rental.address)
      writer.fieldOrNull("ssh_port", port)
      writer.field("created_at", rental.createdAt)
      writer.field("updated_at", rental.updatedAt)
      writer.fieldOrNull("error_message", rental.trouble?.message)
      writer.field("cpu_cores", rental.size.cpu)
      writer.field("memory_gb", rental.size.memoryGiB)
      writer.field("storage_gb", rental.size.diskGiB)
      writer.fieldOrNull("proxy_host", port == nil ? nil : host)
      writer.fieldOrNull("proxy_port", port)
      writer.field("image", rental.image)
      writer.field("state", rental.phase.rawValue)
      writer.fieldOrNull("pause", rental.pause)
      writer.field("access_token", token)
      writer.object("traffic") { writer in
        writer.field("connections", rental.traffic.connections)
        writer.field("bytes_in", rental.traffic.bytesIn)
        writer.field("bytes_out", rental.traffic.bytesOut)
      }
    }
  }

  mutating func write(job rental: Rental, token: String? = nil) {
    object { writer in
      writer.field("job_id", rental.job)
      writer.field("vm_id", rental.name)
      writer.field("status", rental.jobStatus)
      writer.field("access_token", token)
      writer.fieldOrNull("error", rental.jobStatus == "failed" ? rental.trouble?.message : nil)
      writer.field("created_at", rental.createdAt)
      writer.field("updated_at", rental.updatedAt)
    }
  }

  /// Readers of this dialect look for a member also where it has no value.
  mutating func fieldOrNull<Value: JSONWritable>(_ name: String, _ value: Value?) {
    self.name(name)
    if let value { write(value) } else { writeNull() }
  }
}
