import COrienABI
import OrienModel

extension Listing {
  /// Copies a table. Failures have the reason `bad-table` and begin with the field's name.
  ///
  /// A pointer that leads nowhere ends the process: read it first where that costs nobody.
  init(copying table: UnsafePointer<orien_plugin>) throws(Failure) {
    let plugin = try Field("plugin").copy(table)
    id = try Field("id").required(plugin.id)
    version = try Field("version").required(plugin.version)
    doc = try Field("doc").text(plugin.doc) ?? ""
    flags = plugin.flags
    concurrency = plugin.concurrency
    needs = try Field("needs").texts(plugin.needs, atMost: Bounds.needs)
    settings = try Field("settings").all(plugin.settings, atMost: Bounds.settings) {
      field, pointer throws(Failure) in try Argument(copying: pointer, field)
    }
    handlers = try Field("handlers").all(plugin.handlers, atMost: Bounds.handlers) {
      field, pointer throws(Failure) in try Handler(copying: pointer, field)
    }
  }
}

extension Listing.Argument {
  fileprivate init(
    copying pointer: UnsafePointer<orien_arg>, _ field: Listing.Field
  ) throws(Failure) {
    let argument = try field.copy(pointer)
    name = try field.name.required(argument.name)
    type = argument.type
    flags = argument.flags
    doc = try field.doc.text(argument.doc) ?? ""
    fallback = try field.fallback.text(argument.fallback)
    rules = try field.rules.text(argument.rules)
  }
}

extension Listing.Handler {
  fileprivate init(
    copying pointer: UnsafePointer<orien_handler>, _ field: Listing.Field
  ) throws(Failure) {
    let handler = try field.copy(pointer)
    name = try field.name.required(handler.name)
    guard handler.run != nil else { throw field.run.refusal("is NULL") }
    flags = handler.flags
    role = try field.role.text(handler.role)
    title = try field.title.text(handler.title)
    doc = try field.doc.text(handler.doc) ?? ""
    example = try field.example.text(handler.example)
    resultType = try field.result_type.text(handler.result_type)
    units = try field.units.texts(handler.units, atMost: Listing.Bounds.units)
    arguments = try field.args.all(handler.args, atMost: Listing.Bounds.arguments) {
      field, pointer throws(Failure) in try Listing.Argument(copying: pointer, field)
    }
    if let limits = handler.limits { self.limits = try field.limits.copy(limits).inOrder }
  }
}

extension orien_limits {
  fileprivate var inOrder: [UInt64] {
    [
      UInt64(concurrency), wall_ms, cpu_ms, cpu_percent, memory_bytes, output_bytes, input_bytes,
      disk_bytes, disk_files, file_bytes, io_bytes_per_second, UInt64(processes),
      UInt64(open_files), UInt64(network),
    ]
  }
}
