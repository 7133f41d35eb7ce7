internal import CanonicalJSON

/// The first place at which two documents differ.
enum JSONDifference {
    /// `tests[2].statistic is 0.1, must be 0.2`; nil where they are the same.
    static func first(_ recorded: JSONValue, _ expected: JSONValue) -> String? {
        first(recorded, expected, at: "")
    }

    private static func first(
        _ recorded: JSONValue?, _ expected: JSONValue?, at path: String
    ) -> String? {
        if recorded == expected { return nil }
        switch (recorded, expected) {
        case (.object(let one)?, .object(let other)?):
            let names = Set(one.map(\.name) + other.map(\.name)).sorted()
            for name in names {
                let difference = first(
                    recorded?[name], expected?[name], at: path.isEmpty ? name : "\(path).\(name)")
                if let difference { return difference }
            }
            return nil
        case (.array(let one)?, .array(let other)?) where one.count == other.count:
            for index in one.indices {
                let difference = first(one[index], other[index], at: "\(path)[\(index)]")
                if let difference { return difference }
            }
            return nil
        default: return "\(path) is \(text(recorded)), must be \(text(expected))"
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        value.map { String($0.canonicalText.prefix(80)) } ?? "missing"
    }
}
