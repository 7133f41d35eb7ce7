public import CanonicalJSON
public import Digest

extension LabelingConfiguration {
    /// Why a document is no configuration.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// The leaf and what is wrong with it.
        public let description: String
    }

    /// SHA-256 over the canonical JSON of every leaf.
    public var hash: Hash256 { SHA256().hash(json.canonicalBytes) }

    /// SHA-256 over the leaves that labels depend on: only its change relabels.
    public var labelsHash: Hash256 { SHA256().hash(JSONValue.object(labelLeaves).canonicalBytes) }

    /// Every leaf.
    ///
    /// A leaf added by a later version of the program is written only where it differs from what
    /// the program did before the leaf existed, so that old configurations keep their hashes.
    public var json: JSONValue {
        .object(labelLeaves + [.init("window_days", .integer(windowDays))])
    }

    private var labelLeaves: [JSONValue.Member] {
        [
            .init("ambiguity", .string(ambiguity.rawValue)),
            .init("buffer", .number(buffer)),
            .init("cost_threshold_bps", .number(costThresholdBps)),
            .init("default_fee_bps", .number(fees.defaultBps)),
            .init("exchange", .string(exchange)),
            .init("fees", .array(fees.entries.map(Self.json))),
            .init("label_algorithm", .integer(Self.labelAlgorithm)),
            .init("maker_after_minutes", .number(makerAfterMinutes)),
            .init("min_pnl_bps", .number(minPnlBps)),
            .init("position_size", .number(positionSize)),
            .init("slippage_multiplier", .number(slippageMultiplier)),
            .init("spread_bps", .number(spreadBps)),
            .init("stop_loss_bps", .number(stopLossBps)),
            .init("take_profit_bps", .number(takeProfitBps)),
            .init("timeout_minutes", .integer(timeoutMinutes)),
        ]
    }

    private static func json(_ entry: FeeSchedule.Entry) -> JSONValue {
        [
            "exchange": .string(entry.exchange), "from": .string(entry.from.description),
            "maker_bps": .number(entry.makerBps), "taker_bps": .number(entry.takerBps),
        ]
    }

    /// Reads a document: the leaves of `base`, replaced by those the document names.
    ///
    /// A document may name a `preset` to start from. Unknown leaves are refused.
    public init(json: JSONValue, base: LabelingConfiguration = .scalp) throws(Invalid) {
        guard let members = json.members else {
            throw Invalid(description: "a configuration is a JSON object")
        }
        self = base
        if let preset = json["preset"] {
            guard let found = Self.presets.first(where: { $0.name == preset.text }) else {
                let names = Self.presets.map(\.name).joined(separator: ", ")
                throw Invalid(description: "preset: expected one of \(names)")
            }
            self = found.configuration
        }
        for member in members where member.name != "preset" { try set(member) }
        try validate()
    }

    private mutating func set(_ member: JSONValue.Member) throws(Invalid) {
        let leaf = Leaf(name: member.name, value: member.value)
        switch member.name {
        case "ambiguity":
            guard let value = member.value.text.flatMap(Ambiguity.init) else {
                let names = Ambiguity.allCases.map(\.rawValue).joined(separator: ", ")
                throw leaf.fail("expected one of \(names)")
            }
            ambiguity = value
        case "buffer": buffer = try leaf.number()
        case "cost_threshold_bps": costThresholdBps = try leaf.number()
        case "default_fee_bps":
            fees = FeeSchedule(entries: fees.entries, defaultBps: try leaf.number())
        case "exchange": exchange = try leaf.string()
        case "fees":
            fees = FeeSchedule(entries: try leaf.feeEntries(), defaultBps: fees.defaultBps)
        case "label_algorithm":
            guard try leaf.integer() == Self.labelAlgorithm else {
                throw leaf.fail("this program labels by rules \(Self.labelAlgorithm) only")
            }
        case "maker_after_minutes": makerAfterMinutes = try leaf.number()
        case "min_pnl_bps": minPnlBps = try leaf.number()
        case "position_size": positionSize = try leaf.number()
        case "slippage_multiplier": slippageMultiplier = try leaf.number()
        case "spread_bps": spreadBps = try leaf.number()
        case "stop_loss_bps": stopLossBps = try leaf.number()
        case "take_profit_bps": takeProfitBps = try leaf.number()
        case "timeout_minutes": timeoutMinutes = try leaf.integer()
        case "window_days": windowDays = try leaf.integer()
        default:
            let near = EditDistance.nearest(to: member.name, in: self.json.members!.map(\.name))
            throw leaf.fail("unknown leaf" + (near.map { "; did you mean \($0)?" } ?? ""))
        }
    }

    private func validate() throws(Invalid) {
        func require(_ condition: Bool, _ message: String) throws(Invalid) {
            guard condition else { throw Invalid(description: message) }
        }
        try require(takeProfitBps > 0, "take_profit_bps: must be above 0")
        try require(
            stopLossBps > 0 && stopLossBps < 10_000, "stop_loss_bps: must be in 0 … 10,000")
        try require(windowDays == 90, "window_days: this program keeps windows of 90 days only")
        try require(
            timeoutMinutes >= 1 && timeoutMinutes <= (windowDays - 1) * 1_440,
            "timeout_minutes: must be at least 1 and a day shorter than the window")
        // Far beyond any use, and near enough that no label overflows to infinity.
        for leaf in json.members ?? [] {
            let isBounded = (leaf.value.double ?? 0).magnitude <= 1e12
            try require(isBounded, "\(leaf.name): must lie within ±1e12")
        }
        for entry in fees.entries {
            let isBounded = max(entry.makerBps.magnitude, entry.takerBps.magnitude) <= 1e6
            try require(isBounded, "fees: a fee must lie within ±1e6 bps")
        }
        try require(buffer > 0, "buffer: must be above 0")
        try require(spreadBps >= 0, "spread_bps: must not be negative")
        try require(slippageMultiplier >= 0, "slippage_multiplier: must not be negative")
        try require(positionSize > 0, "position_size: must be above 0")
        for (index, entry) in fees.entries.enumerated().dropFirst() {
            let previous = fees.entries[index - 1]
            try require(
                previous.exchange != entry.exchange || previous.from != entry.from,
                "fees: two entries of \(entry.exchange) start on \(entry.from)")
        }
    }
}

/// A leaf while it is read.
private struct Leaf {
    let name: String
    let value: JSONValue

    func fail(_ message: String) -> LabelingConfiguration.Invalid {
        .init(description: "\(name): \(message)")
    }

    func number() throws(LabelingConfiguration.Invalid) -> Double {
        guard let number = value.double else { throw fail("expected a number") }
        return number
    }

    func integer() throws(LabelingConfiguration.Invalid) -> Int {
        guard let integer = value.int64 else { throw fail("expected a whole number") }
        return Int(integer)
    }

    func string() throws(LabelingConfiguration.Invalid) -> String {
        guard let text = value.text, !text.isEmpty else { throw fail("expected a text") }
        return text
    }

    func feeEntries() throws(LabelingConfiguration.Invalid) -> [FeeSchedule.Entry] {
        guard let elements = value.elements else { throw fail("expected an array") }
        var entries: [FeeSchedule.Entry] = []
        for element in elements {
            guard let exchange = element["exchange"]?.text,
                let from = element["from"]?.text.flatMap({ UTCDay($0) }),
                let maker = element["maker_bps"]?.double, let taker = element["taker_bps"]?.double,
                element.members?.count == 4
            else {
                throw fail(
                    "an entry has exchange, from (YYYY-MM-DD), maker_bps and taker_bps only")
            }
            entries.append(.init(exchange: exchange, from: from, makerBps: maker, takerBps: taker))
        }
        return entries
    }
}
