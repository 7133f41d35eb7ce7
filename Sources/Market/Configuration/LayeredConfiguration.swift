internal import CanonicalJSON

/// A configuration that knows of each leaf where its value comes from: what was laid on last.
public struct LayeredConfiguration: Sendable {
    /// The values.
    public private(set) var configuration: LabelingConfiguration
    private let base: LeafOrigin
    private var origins: [ConfigurationLeaf: LeafOrigin] = [:]

    /// A preset as the program has it.
    public init(_ preset: LabelingConfiguration.Preset) {
        configuration = preset.configuration
        base = .preset(preset.name)
    }

    /// A configuration activated by the event at a position.
    public init(_ configuration: LabelingConfiguration, recordedAt position: UInt64) {
        self.configuration = configuration
        base = .recorded(position)
    }

    /// What a file alone says: its leaves on the preset that it names, `scalp` where it names none.
    public init(_ file: ConfigurationFile) throws(ConfigurationError) {
        self.init(file.preset ?? LabelingConfiguration.presets[0])
        try lay(file)
        try validate()
    }

    /// Where a leaf's value comes from.
    public func origin(of leaf: ConfigurationLeaf) -> LeafOrigin { origins[leaf] ?? base }

    /// Lays the leaves of a file over these.
    mutating func lay(_ file: ConfigurationFile) throws(ConfigurationError) {
        for (leaf, value) in file.leaves {
            do throws(LabelingConfiguration.Invalid) {
                try configuration.set(leaf, to: value)
            } catch {
                throw file.error(error)
            }
            origins[leaf] = .file(file.place(of: leaf))
        }
    }

    /// Lays a value given as text over a leaf.
    mutating func lay(
        _ text: String, on leaf: ConfigurationLeaf, from origin: LeafOrigin
    ) throws(ConfigurationError) {
        do throws(LabelingConfiguration.Invalid) {
            try configuration.set(leaf, to: try leaf.value(of: text))
        } catch {
            throw Self.error(error, from: origin)
        }
        origins[leaf] = origin
    }

    /// Refuses values that no labelling can have, at the place that set them.
    func validate() throws(ConfigurationError) {
        do throws(LabelingConfiguration.Invalid) {
            try configuration.validate()
        } catch {
            let leaf = ConfigurationLeaf.allCases.first { JSONPath($0.name) == error.path }
            throw Self.error(error, from: leaf.map { origin(of: $0) } ?? base)
        }
    }

    private static func error(
        _ invalid: LabelingConfiguration.Invalid, from origin: LeafOrigin
    ) -> ConfigurationError {
        ConfigurationError(origin.source, "\(origin): \(invalid)")
    }
}
