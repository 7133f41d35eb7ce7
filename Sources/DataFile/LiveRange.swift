/// Bytes of a data file that something answers for: a test that changes one expects a finding.
package struct LiveRange: Sendable {
    /// Who must notice a change.
    package enum Keeper: Sendable, Equatable {
        /// The walk through the pages.
        case walk
        /// Whoever knows what the entries of a named tree mean.
        case tree(String)
    }

    /// Where the bytes begin in the file.
    package let offset: Int
    /// How many there are.
    package let count: Int
    /// Who must notice a change.
    package let keeper: Keeper
}
