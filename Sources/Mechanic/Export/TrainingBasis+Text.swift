public import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Labeling
internal import Market

/// A basis as the first line of a training set has it.
extension TrainingBasis {
    /// What the line of a CSV file begins with: a comment to readers of CSV.
    public static let prefix = "# basis "

    /// The names and values, in the order of the line.
    private var members: [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init("position", .integer(Int64(position.number))), .init("root", .string(root.hex)),
            .init("config", .string(configuration.hex)), .init("labels", .string(labels.hex)),
            .init("market", .string(market.description)),
            .init("from", .integer(range.lowerBound)), .init("to", .integer(range.upperBound)),
            .init("mode", .string(weighting.mode?.rawValue ?? "own")),
            .init("half_life_days", .number(weighting.halfLifeDays)),
            .init("features", .string(features.rawValue)),
        ]
        if let split {
            members += [
                .init("split", .integer(Int64(split.number))),
                .init("train_ms", .integer(split.rules.train)),
                .init("test_ms", .integer(split.rules.test)),
                .init("embargo_ms", .integer(split.rules.embargo)),
                .init("step_ms", .integer(split.rules.step)),
            ]
        }
        return members + [
            .init("program_columns", .string(Self.columnsVersion)),
            .init("simulated", .bool(isSimulated)),
        ]
    }

    /// `position=… root=… …`, which ``init(_:)`` reads.
    public var text: String {
        members.map { "\($0.name)=\($0.value.text ?? $0.value.compactText)" }
            .joined(separator: " ")
    }

    /// The same as an object.
    public var json: JSONValue { .object(members) }

    /// Reads the first line of a training set in any of its formats, or what follows `# basis `.
    ///
    /// - Throws: ``TrainingError`` naming the member that is missing, unknown or none.
    public init(_ line: String) throws(TrainingError) {
        var reader = try TrainingBasisReader(line)
        let version = try reader.text("program_columns")
        guard version == Self.columnsVersion else {
            throw reader.error(
                "program_columns=\(version): this program knows \(Self.columnsVersion); the program "
                    + "that wrote the set makes it again")
        }
        position = GlobalPosition(UInt64(try reader.integer("position", from: 0)))
        root = try reader.hash("root")
        configuration = try reader.hash("config")
        labels = try reader.hash("labels")
        guard let market = MarketID(try reader.text("market")) else {
            throw reader.error("market is none")
        }
        self.market = market
        let limit = UTCTime.end
        let from = try reader.integer("from", from: -limit)
        let to = try reader.integer("to", from: from)
        guard to <= limit else { throw reader.error("to lies beyond the calendar") }
        range = from..<to
        weighting = try reader.weighting()
        features = try reader.choice("features")
        split = try reader.split()
        switch try reader.text("simulated") {
        case "true": isSimulated = true
        case "false": isSimulated = false
        default: throw reader.error("simulated is neither true nor false")
        }
        try reader.finish()
    }
}

/// The members of a basis, each of which is read once.
private struct TrainingBasisReader {
    private var members: [String: String] = [:]

    init(_ line: String) throws(TrainingError) {
        let body = line.hasPrefix(TrainingBasis.prefix) ? line.dropFirst(8) : line[...]
        if body.hasPrefix("{") {
            let json = try? JSONValue(parsing: String(body))
            for member in (json?["basis"] ?? json)?.members ?? [] {
                try add(member.name, member.value.text ?? member.value.compactText)
            }
        } else {
            for word in body.split(separator: " ") {
                guard let equals = word.firstIndex(of: "=") else {
                    throw error("'\(word.prefix(40))' is no member: expected name=value")
                }
                try add(
                    String(word[..<equals]), String(word[word.index(after: equals)...]))
            }
        }
    }

    private mutating func add(_ name: String, _ value: String) throws(TrainingError) {
        guard members.updateValue(value, forKey: name) == nil else {
            throw error("\(name) stands twice")
        }
    }

    func error(_ what: String) -> TrainingError {
        TrainingError(
            .malformed,
            "this is no basis of a training set: \(what); it is the first line that `mechanic-replay "
                + "export` writes")
    }

    mutating func text(_ name: String) throws(TrainingError) -> String {
        guard let value = members.removeValue(forKey: name) else {
            throw error("\(name) is missing")
        }
        return value
    }

    mutating func integer(_ name: String, from least: Int64) throws(TrainingError) -> Int64 {
        let value = try text(name)
        guard let number = Int64(value), number >= least, String(number) == value else {
            throw error("\(name)=\(value) is no number that can stand there")
        }
        return number
    }

    mutating func hash(_ name: String) throws(TrainingError) -> Hash256 {
        guard let hash = Hash256(hex: try text(name)) else {
            throw error("\(name) is no hash of 64 digits")
        }
        return hash
    }

    mutating func choice<Choice: RawRepresentable<String>>(
        _ name: String
    ) throws(TrainingError) -> Choice {
        let value = try text(name)
        guard let choice = Choice(rawValue: value) else {
            throw error("\(name)=\(value) is unknown")
        }
        return choice
    }

    mutating func weighting() throws(TrainingError) -> TrainingBasis.Weighting {
        let name = try text("mode")
        let value = try text("half_life_days")
        guard let days = Double(value), days > 0, days.isFinite else {
            throw error("half_life_days=\(value) is no length of time")
        }
        if name == "own" { return TrainingBasis.Weighting(halfLifeDays: days) }
        guard let mode = RecencyWeights.Mode(rawValue: name), mode.halfLifeDays == days else {
            throw error("mode=\(name) with half_life_days=\(value) is none of this program")
        }
        return TrainingBasis.Weighting(mode)
    }

    mutating func split() throws(TrainingError) -> TrainingBasis.Split? {
        guard members["split"] != nil else { return nil }
        let number = try integer("split", from: 1)
        let train = try integer("train_ms", from: 1)
        let test = try integer("test_ms", from: 1)
        let embargo = try integer("embargo_ms", from: 0)
        let step = try integer("step_ms", from: 1)
        do throws(WalkForward.Invalid) {
            let rules = try WalkForward(train: train, test: test, embargo: embargo, step: step)
            return TrainingBasis.Split(Int(number), of: rules)
        } catch {
            throw self.error("\(error)")
        }
    }

    func finish() throws(TrainingError) {
        guard let name = members.keys.min() else { return }
        throw error("\(name) is unknown")
    }
}
