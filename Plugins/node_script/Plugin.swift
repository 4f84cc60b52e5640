public import COrienABI

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { nil }
