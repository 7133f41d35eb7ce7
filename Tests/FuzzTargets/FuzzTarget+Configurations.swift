internal import CanonicalJSON
internal import Digest
internal import Market

extension FuzzTarget {
    /// A user's configuration, as a document and as a file: what is read is written as what has the
    /// same hashes, and a file is refused with its name in front.
    static let configurations = FuzzTarget(name: "configurations") { (input) throws(Violation) in
        switch read(input) {
        case .success(let layered): try check(layered.configuration)
        case .failure(let error):
            try require(error.description.hasPrefix("file"), "\(error) names no file")
        }
        guard let json = try? JSONValue(parsing: input),
            let configuration = try? LabelingConfiguration(json: json)
        else { return }
        try check(configuration)
    }

    private static func read(
        _ input: [UInt8]
    ) -> Result<LayeredConfiguration, ConfigurationError> {
        Result { () throws(ConfigurationError) in
            try LayeredConfiguration(ConfigurationFile(name: "file", bytes: input))
        }
    }

    private static func check(_ configuration: LabelingConfiguration) throws(Violation) {
        let again = try? LabelingConfiguration(json: configuration.json)
        try require(again?.hash == configuration.hash, "a configuration changes")
        try require(again?.labelsHash == configuration.labelsHash, "a labelling changes")
    }
}
