/// Which Orien this is: what the node, its plugins and the command line say when asked.
package enum Release {
  package static let version = "0.1.0"
}
