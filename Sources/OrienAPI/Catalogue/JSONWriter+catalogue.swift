import OrienKernel
import OrienModel
import OrienPlugins

extension JSONWriter {
  /// A tool as ORIEN's callers know it, and what this node says beyond that; `trouble` is why it
  /// cannot be called now.
  mutating func writeTool(_ tool: Tool, trouble: Failure?) {
    let declaration = tool.declaration
    object { writer in
      writer.field("id", tool.id)
      writer.field("name", declaration.title)
      writer.field("description", declaration.doc)
      writer.name("args")
      writer.writeORIENArguments(declaration.arguments)
      writer.field("maxDurationSeconds", (tool.granted.wallMilliseconds ?? 0).seconds)
      writer.writeResourceLimits(tool.granted)
      writer.writeOrigin(tool.plugin)
      writer.field("plugin", tool.plugin.id)
      writer.field("state", Standing(of: tool.plugin.state, trouble).name.rawValue)
      writer.field("available", trouble == nil)
      writer.field("unavailableReason", trouble?.message)
      writer.writeUse(tool.tally)
      writer.object("price") { writer in writer.writePrice(tool.price) }
      writer.name("inputSchema")
      writer.writeInputSchema(of: declaration.arguments)
      writer.field("example", declaration.example)
      writer.field("resultType", declaration.resultType)
      if !declaration.units.isEmpty { writer.field("units", declaration.units) }
      writer.field("readOnly", declaration.isReadOnly)
      writer.field("idempotent", declaration.isIdempotent)
    }
  }

  /// Of which library it is, and where that runs.
  private mutating func writeOrigin(_ plugin: Plugin) {
    field("version", plugin.version)
    field("hash", plugin.hash)
    field("generation", plugin.generation)
    field("isolation", plugin.isolation.rawValue)
  }

  private mutating func writeUse(_ tally: Tally) {
    object("use") { writer in
      writer.field("calls", tally.calls)
      writer.field("failures", tally.failures)
      writer.field("wallMicroseconds", tally.wallMicroseconds)
      writer.field("lastWallMicroseconds", tally.last?.wallMicroseconds)
      writer.field("lastEndedAt", tally.last?.endedAt)
    }
  }

  private mutating func writeResourceLimits(_ limits: Limits) {
    object("resourceLimits") { writer in
      writer.field("maxCpu", limits.cpuPercent)
      writer.field("maxMemory", limits.memoryBytes.map { $0 >> 20 })
      writer.field("maxDiskWrite", limits.diskBytes.map { $0 >> 20 })
    }
  }

  private mutating func writePrice(_ price: Price) {
    field("currency", price.currency)
    field("perCall", price.perCall)
    field("perCpuSecond", price.perCPUSecond)
    field("perGibSecond", price.perGiBSecond)
    if !price.perUnit.isEmpty {
      object("perUnit") { writer in
        for (unit, amount) in price.perUnit.sorted(by: { $0.key < $1.key }) {
          writer.field(unit, amount)
        }
      }
    }
  }

  mutating func writePlugins(of kernel: Kernel) {
    let catalogue = kernel.catalogue
    object { writer in
      writer.array("plugins") { writer in
        for plugin in catalogue.plugins { writer.writePlugin(plugin, catalogue) }
        for refused in catalogue.refused { writer.writeRefused(refused) }
      }
      writer.writeBackends(of: kernel)
    }
  }

  /// Each role with its backend, or why there is none.
  mutating func writeBackends(of kernel: Kernel) {
    array("backends") { writer in
      for row in kernel.operations.table.rows {
        let trouble = kernel.trouble(of: row)
        writer.object { writer in
          writer.field("role", row.role)
          writer.field("plugin", row.plugin)
          writer.field("operations", row.operations)
          writer.field("available", trouble == nil)
          writer.field("reason", trouble?.message)
          writer.field("because", row.because)
        }
      }
    }
  }

  mutating func writePlugin(_ plugin: Plugin, _ catalogue: Catalogue) {
    object { writer in
      writer.field("file", plugin.file)
      writer.field("id", plugin.id)
      writer.field("description", plugin.declaration.doc)
      writer.writeOrigin(plugin)
      writer.writeStanding(of: plugin)
      writer.writeUse(catalogue.tally(of: plugin))
      writer.field("residentBytes", plugin.residentBytes)
      writer.field("grants", plugin.manifest.granted)
      writer.writeTools(of: plugin, catalogue)
    }
  }

  /// A plugin as those hear of it who follow: what it is and how, without what always changes.
  mutating func writeNews(of plugin: Plugin, _ catalogue: Catalogue) {
    object { writer in
      writer.field("file", plugin.name + ".so")
      writer.field("id", plugin.id)
      writer.writeOrigin(plugin)
      writer.writeStanding(of: plugin)
      writer.writeTools(of: plugin, catalogue)
    }
  }

  private mutating func writeStanding(of plugin: Plugin) {
    let standing = plugin.state.standing
    field("state", standing.name.rawValue)
    field("reason", standing.reason)
  }

  private mutating func writeTools(of plugin: Plugin, _ catalogue: Catalogue) {
    array("tools") { writer in
      for tool in catalogue.tools where tool.plugin === plugin { writer.write(tool.id) }
    }
  }

  mutating func writeRefused(_ refused: RefusedPlugin) {
    object { writer in
      writer.field("file", refused.file)
      writer.field("id", refused.id)
      writer.field("version", refused.version)
      writer.field("hash", refused.hash)
      writer.field("state", Standing.Name.refused.rawValue)
      writer.field("reason", refused.failure.message)
      writer.field("code", refused.failure.reason)
      writer.array("tools") { _ in }
    }
  }
}

extension UInt64 {
  /// Milliseconds as seconds, whole where they are.
  fileprivate var seconds: JSON {
    isMultiple(of: 1000)
      ? .integer(Int64(clamping: self / 1000)) : .number(Double(self) / 1000)
  }
}
