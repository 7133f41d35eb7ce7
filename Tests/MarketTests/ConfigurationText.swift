import CanonicalJSON
import Market

/// A random choice of leaves with random values, and the many ways to write it down.
struct ConfigurationText {
    private var preset: String?
    private var leaves: [(leaf: ConfigurationLeaf, value: JSONValue)] = []

    /// The names of the leaves.
    var names: Set<String> { Set(leaves.map(\.leaf.name)) }

    init(random: inout SeededGenerator) {
        preset = [nil, "scalp", "runner"].randomElement(using: &random)!
        for leaf in ConfigurationLeaf.allCases where Bool.random(using: &random) {
            leaves.append((leaf, Self.value(of: leaf, &random)))
        }
    }

    private static func value(
        of leaf: ConfigurationLeaf, _ random: inout SeededGenerator
    ) -> JSONValue {
        // Whole numbers, numbers of few and of many digits.
        let number = [
            Double(Int.random(in: 1...5_000, using: &random)),
            Double(Int.random(in: 1...5_000, using: &random)) / 8,
            Double.random(in: 0.001...5_000, using: &random),
        ].randomElement(using: &random)!
        switch leaf {
        case .ambiguity: return "target_first"
        case .labelAlgorithm: return 1
        case .windowDays: return 90
        case .exchange:
            return .string(["binance", "kraken", "é\t\"x\\"].randomElement(using: &random)!)
        case .timeoutMinutes: return .integer(Int.random(in: 1...100_000, using: &random))
        case .driftProfile: return "classic"
        case .driftBaseline: return ["rolling", "fixed"].randomElement(using: &random)!
        case .driftLabels: return ["all", "last1000"].randomElement(using: &random)!
        case .driftAlpha: return .number(number / 5_001)
        case .driftBaselineDays, .driftCurrentDays, .driftHoldChecks, .driftCheckHours,
            .driftCheckRows, .driftMinimumRows, .driftMinimumLabels:
            return .integer(Int.random(in: 2...31, using: &random))
        case .fees:
            let count = Int.random(in: 0...3, using: &random)
            return .array((0..<count).map { fee($0, number) })
        default: return .number(number)
        }
    }

    private static func fee(_ index: Int, _ number: Double) -> JSONValue {
        [
            "exchange": .string(index == 0 ? "kraken" : "binance"),
            "from": .string("202\(index)-0\(index + 1)-28"), "maker_bps": .integer(index),
            "taker_bps": .number(number),
        ]
    }

    /// A value that the leaf does not have; nil where there is no other.
    func otherValue(of leaf: ConfigurationLeaf, than value: JSONValue) -> JSONValue? {
        switch (leaf, value) {
        case (.ambiguity, _), (.driftProfile, _), (.labelAlgorithm, _), (.windowDays, _): nil
        case (.driftBaseline, let text): text == "fixed" ? "rolling" : "fixed"
        case (.driftLabels, let text): text == "all" ? "last1000" : "all"
        case (.timeoutMinutes, .number(let number)), (.driftBaselineDays, .number(let number)),
            (.driftCurrentDays, .number(let number)), (.driftCheckHours, .number(let number)),
            (.driftCheckRows, .number(let number)), (.driftHoldChecks, .number(let number)),
            (.driftMinimumRows, .number(let number)), (.driftMinimumLabels, .number(let number)):
            .number(number + 1)
        case (_, .number(let number)): .number(number.nextUp)
        case (_, .string(let text)): .string(text + "x")
        case (_, .array(let elements)):
            .array(elements + [Self.fee(7, 1)])
        default: nil
        }
    }

    func changing(_ leaf: ConfigurationLeaf, to value: JSONValue) -> ConfigurationText {
        var text = self
        text.leaves.removeAll { $0.leaf == leaf }
        text.leaves.append((leaf, value))
        return text
    }

    func json(_ random: inout SeededGenerator) -> String {
        var members = leaves.map {
            "\"\($0.leaf.name)\"\(blank(&random)):\(json($0.value, &random))"
        }
        if let preset { members.append("\"preset\":\"\(preset)\"") }
        members.shuffle(using: &random)
        return "\(blank(&random)){" + members.joined(separator: ",\(blank(&random))") + "}\n"
    }

    private func json(_ value: JSONValue, _ random: inout SeededGenerator) -> String {
        switch value {
        case .number(let number): return digits(number, &random)
        case .array(let elements):
            return "["
                + elements.shuffled(using: &random).map { json($0, &random) }
                .joined(separator: ",\n") + "]"
        case .object(let members):
            return "{"
                + members.shuffled(using: &random)
                .map { "\"\($0.name)\": \(json($0.value, &random))" }.joined(separator: ",") + "}"
        default: return value.canonicalText
        }
    }

    func toml(_ random: inout SeededGenerator) -> String {
        var lines: [String] = []
        var tables: [String] = []
        for (leaf, value) in leaves.shuffled(using: &random) {
            guard leaf == .fees, let fees = value.elements, !fees.isEmpty else {
                lines.append(line(leaf.name, value, &random))
                continue
            }
            if Bool.random(using: &random) {
                let list = fees.map { "{" + entry($0, &random).joined(separator: ", ") + "}" }
                lines.append("fees = [ # all\n" + list.joined(separator: ",\n") + ",\n]")
            } else {
                tables = fees.shuffled(using: &random).map {
                    "[[ fees ]]\n" + entry($0, &random).joined(separator: "\n")
                }
            }
        }
        if let preset { lines.append("preset = '\(preset)'") }
        lines.shuffle(using: &random)
        let text = lines.map { "\($0) \(comment(&random))\n" } + tables.map { $0 + "\n\n" }
        return comment(&random) + "\n" + text.joined()
    }

    private func entry(_ fee: JSONValue, _ random: inout SeededGenerator) -> [String] {
        fee.members!.shuffled(using: &random).map { member in
            // A day may stand in quotes or without them.
            guard member.name == "from", Bool.random(using: &random) else {
                return line(member.name, member.value, &random)
            }
            return "from = \(member.value.text!)"
        }
    }

    private func line(
        _ name: String, _ value: JSONValue, _ random: inout SeededGenerator
    ) -> String {
        let key = [name, "\"\(name)\"", "'\(name)'"].randomElement(using: &random)!
        switch value {
        case .number(let number): return "\(key) = \(digits(number, &random))"
        case .array: return "\(key) = []"
        default: return "\(key)=\(value.canonicalText)"
        }
    }

    /// `15`, `15.0` or `1.5e1`.
    private func digits(_ number: Double, _ random: inout SeededGenerator) -> String {
        let texts = [JSONValue.numberText(number), "\(number)", "\(number)e0", "\(number)E+00"]
        let text = texts.randomElement(using: &random)!
        return text.filter { $0 == "e" || $0 == "E" }.count > 1 ? texts[0] : text
    }

    private func blank(_ random: inout SeededGenerator) -> String {
        ["", " ", "\n\t", "\r\n"].randomElement(using: &random)!
    }

    private func comment(_ random: inout SeededGenerator) -> String {
        ["", "# buffer = 7", "#", "# é \"'[["].randomElement(using: &random)!
    }
}
