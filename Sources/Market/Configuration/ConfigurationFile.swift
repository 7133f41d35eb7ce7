internal import CanonicalJSON
internal import TOML

/// A file that sets leaves, in TOML or JSON, with its lines to name in errors and as origins.
public struct ConfigurationFile: Sendable {
    /// The name as the user gave it.
    public let name: String
    /// What to start from; nil where the file does not say.
    let preset: LabelingConfiguration.Preset?
    /// The leaves in the file's order.
    let leaves: [(leaf: ConfigurationLeaf, value: JSONValue)]
    private let document: JSONDocument

    /// Reads a file: by its name's ending `.toml` or `.json`, else JSON if it begins with `{`.
    ///
    /// - Throws: ``ConfigurationError`` with file, line and leaf.
    /// - Complexity: O(length).
    public init(name: String, bytes: [UInt8]) throws(ConfigurationError) {
        self.name = name
        document = try Self.parse(name, bytes)
        do throws(LabelingConfiguration.Invalid) {
            let parts = try ConfigurationDocument(document.value)
            preset = parts.preset
            leaves = parts.leaves
        } catch {
            throw Self.error(error, in: document, of: name)
        }
    }

    private static func parse(
        _ name: String, _ bytes: [UInt8]
    ) throws(ConfigurationError) -> JSONDocument {
        guard isJSON(name, bytes) else {
            do throws(TOMLError) {
                return try JSONDocument(toml: bytes)
            } catch {
                throw ConfigurationError(.file, "\(name):\(error.line): \(error.message)")
            }
        }
        do throws(JSONError) {
            return try JSONDocument(parsing: bytes)
        } catch {
            throw ConfigurationError(.file, "\(name):\(error.line): \(error.message)")
        }
    }

    private static func isJSON(_ name: String, _ bytes: [UInt8]) -> Bool {
        let name = name.lowercased()
        if name.hasSuffix(".json") { return true }
        if name.hasSuffix(".toml") { return false }
        return bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
    }

    /// Where a leaf stands, `mechanic.toml:12`.
    func place(of leaf: ConfigurationLeaf) -> String {
        Self.place(JSONPath(leaf.name), in: document, of: name)
    }

    /// The error with its place in this file.
    func error(_ invalid: LabelingConfiguration.Invalid) -> ConfigurationError {
        Self.error(invalid, in: document, of: name)
    }

    private static func error(
        _ invalid: LabelingConfiguration.Invalid, in document: JSONDocument, of name: String
    ) -> ConfigurationError {
        ConfigurationError(.file, "\(place(invalid.path, in: document, of: name)): \(invalid)")
    }

    private static func place(
        _ path: JSONPath, in document: JSONDocument, of name: String
    ) -> String {
        document.line(of: path).map { "\(name):\($0)" } ?? name
    }
}
