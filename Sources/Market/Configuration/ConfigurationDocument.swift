internal import CanonicalJSON
internal import Spelling

/// What a document says of a configuration, before values are read: a preset and leaves by name.
struct ConfigurationDocument {
    typealias Invalid = LabelingConfiguration.Invalid

    /// The member that names what to start from.
    static let presetName = "preset"

    /// What to start from; nil where the document does not say.
    let preset: LabelingConfiguration.Preset?
    /// The leaves in the document's order.
    let leaves: [(leaf: ConfigurationLeaf, value: JSONValue)]

    /// Sorts the members of a document; unknown ones are refused.
    init(_ json: JSONValue) throws(Invalid) {
        guard let members = json.members else {
            throw Invalid(JSONPath(), "a configuration is a JSON object")
        }
        var preset: LabelingConfiguration.Preset?
        var leaves: [(leaf: ConfigurationLeaf, value: JSONValue)] = []
        for member in members {
            if member.name == Self.presetName {
                preset = try Self.preset(member.value.text)
            } else {
                leaves.append((try Self.leaf(member.name), member.value))
            }
        }
        self.preset = preset
        self.leaves = leaves
    }

    /// The preset of a name.
    static func preset(_ name: String?) throws(Invalid) -> LabelingConfiguration.Preset {
        let presets = LabelingConfiguration.presets
        if let preset = presets.first(where: { $0.name == name }) { return preset }
        let names = presets.map(\.name)
        let near = name.flatMap { EditDistance.nearest(to: $0, in: names) }
        throw Invalid(
            JSONPath(Self.presetName),
            "expected one of \(names.joined(separator: ", "))"
                + (near.map { "; did you mean \($0)?" } ?? ""))
    }

    /// The leaf of a name.
    static func leaf(_ name: String) throws(Invalid) -> ConfigurationLeaf {
        if let leaf = ConfigurationLeaf(rawValue: name) { return leaf }
        let names = ConfigurationLeaf.allCases.map(\.name) + [Self.presetName]
        let near = EditDistance.nearest(to: name, in: names)
        throw Invalid(
            JSONPath(name),
            "unknown leaf"
                + (near.map { "; did you mean \($0)?" }
                    ?? ": `mechanic-replay config show` lists them"))
    }
}
