import COrienABI

/// The services of the node by id. The tables are made once and never freed.
struct ServiceTables: @unchecked Sendable {
  static let shared = ServiceTables()

  private let tables: [String: UnsafeRawPointer]

  private init() {
    tables = [
      ORIEN_SERVICE_LOG: Self.keep(LogService.table),
      ORIEN_SERVICE_FILES: Self.keep(FilesService.table),
      ORIEN_SERVICE_PROCESS: Self.keep(ProcessService.table),
      ORIEN_SERVICE_STATE: Self.keep(StateService.table),
      ORIEN_SERVICE_LASTING: Self.keep(LastingService.table),
      ORIEN_SERVICE_PLACES: Self.keep(PlacesService.table),
    ]
  }

  private static func keep<Table: BitwiseCopyable>(_ table: Table) -> UnsafeRawPointer {
    let pointer = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    pointer.initialize(to: table)
    return UnsafeRawPointer(pointer)
  }

  static func bytes<Table>(of type: Table.Type) -> UInt32 { UInt32(MemoryLayout<Table>.size) }

  /// The ids, sorted: what a plugin may need.
  var ids: [String] { tables.keys.sorted() }

  func find(_ id: String) -> UnsafeRawPointer? { tables[id] }
}
