public import Digest

/// A configuration with its two hashes, computed once: each takes 50 µs, as long as an hourly
/// update takes to label.
public struct IdentifiedConfiguration: Equatable, Sendable {
    /// The configuration.
    public let configuration: LabelingConfiguration
    /// SHA-256 over every leaf.
    public let hash: Hash256
    /// SHA-256 over the leaves that labels depend on.
    public let labelsHash: Hash256

    /// Computes the hashes of a configuration.
    public init(_ configuration: LabelingConfiguration) {
        self.configuration = configuration
        hash = configuration.hash
        labelsHash = configuration.labelsHash
    }

    /// By hash.
    public static func == (left: Self, right: Self) -> Bool { left.hash == right.hash }
}
