/// Something that a store did and must not do.
package struct Violation: Error, CustomStringConvertible {
    /// What happened, and what was expected.
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Throws where a condition that must hold does not.
package func require(
    _ condition: Bool, _ message: @autoclosure () -> String
) throws(Violation) {
    if !condition { throw Violation(message()) }
}

/// Throws where two values that must be equal are not, and shows both.
package func requireEqual<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ what: @autoclosure () -> String
) throws(Violation) {
    if actual != expected { throw Violation("\(what()): \(actual), expected \(expected)") }
}
