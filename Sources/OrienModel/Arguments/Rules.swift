/// What a JSON Schema says of one argument beyond its type, parsed once and refused at load where
/// the node could not enforce it.
package struct Rules: Sendable {
  package init() {}
}
