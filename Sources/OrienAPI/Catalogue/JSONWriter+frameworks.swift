import OrienKernel
import OrienModel

// The tools as those read them who let a model call them.
extension JSONWriter {
  mutating func writeTools(of kernel: Kernel, _ listing: ToolListing) {
    let tools = kernel.catalogue.tools
    guard listing.format != .orien else { return writeAll(tools, of: kernel) }
    let listed = listing.isOfAll ? tools : tools.filter { kernel.trouble(of: $0) == nil }
    object { writer in
      if listing.format == .jsonschema {
        for tool in listed {
          writer.name(tool.id.description)
          writer.writeDocument(of: tool)
        }
      } else {
        writer.array("tools") { writer in
          for tool in listed { writer.write(tool, listing) }
        }
      }
    }
  }

  private mutating func writeAll(_ tools: [Tool], of kernel: Kernel) {
    object { writer in
      writer.array("tools") { writer in
        for tool in tools { writer.writeTool(tool, trouble: kernel.trouble(of: tool)) }
      }
      writer.writeBackends(of: kernel)
    }
  }

  private mutating func write(_ tool: Tool, _ listing: ToolListing) {
    switch listing.format {
    case .openai: writeFunction(tool, isStrict: listing.isStrict)
    case .anthropic:
      object { writer in
        writer.writeNames(of: tool)
        writer.name("input_schema")
        writer.writeInputSchema(of: tool.declaration.arguments, isNamed: false)
      }
    case .mcp: writeMCPTool(tool)
    case .orien, .jsonschema: preconditionFailure("these have no tools of a framework")
    }
  }

  /// One whose arguments the strict dialect cannot say is offered as it is, and says so.
  private mutating func writeFunction(_ tool: Tool, isStrict: Bool) {
    let arguments = tool.declaration.arguments
    object { writer in
      writer.field("type", "function")
      writer.object("function") { writer in
        writer.writeNames(of: tool)
        let isHeld = isStrict && arguments.haveStrictSchema
        writer.name("parameters")
        if isHeld {
          writer.writeStrictSchema(of: arguments)
        } else {
          writer.writeInputSchema(of: arguments, isNamed: false)
        }
        if isStrict { writer.field("strict", isHeld) }
      }
    }
  }

  private mutating func writeMCPTool(_ tool: Tool) {
    let declaration = tool.declaration
    object { writer in
      writer.field("name", tool.id)
      writer.field("title", declaration.title)
      writer.field("description", tool.told)
      writer.name("inputSchema")
      writer.writeInputSchema(of: declaration.arguments)
      writer.object("annotations") { writer in
        writer.field("readOnlyHint", declaration.isReadOnly)
        writer.field("idempotentHint", declaration.isIdempotent)
      }
    }
  }

  private mutating func writeDocument(of tool: Tool) {
    writeInputSchema(of: tool.declaration.arguments) { writer in
      writer.field("title", tool.declaration.title)
      writer.field("description", tool.told)
    }
  }

  private mutating func writeNames(of tool: Tool) {
    field("name", tool.id)
    field("description", tool.told)
  }
}

extension Tool {
  /// What a model has to go by.
  fileprivate var told: String { declaration.doc.isEmpty ? declaration.title : declaration.doc }
}
