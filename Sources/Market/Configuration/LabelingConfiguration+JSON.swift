public import CanonicalJSON
public import Digest

extension LabelingConfiguration {
    /// Why a document is no configuration.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// The leaf, or the part of it, that is wrong.
        public let path: JSONPath
        /// What is wrong with it.
        public let message: String

        init(_ path: JSONPath, _ message: String) {
            self.path = path
            self.message = message
        }

        init(_ leaf: ConfigurationLeaf, _ message: String) {
            self.init(JSONPath(leaf.name), message)
        }

        /// The leaf and what is wrong with it.
        public var description: String {
            path == JSONPath() ? message : "\(path): \(message)"
        }
    }

    /// SHA-256 over the canonical JSON of every leaf.
    public var hash: Hash256 { SHA256().hash(json.canonicalBytes) }

    /// SHA-256 over the leaves that labels depend on: only its change relabels.
    public var labelsHash: Hash256 {
        SHA256().hash(json { $0.altersLabels }.canonicalBytes)
    }

    /// Every leaf, those of drift only where they differ from ``DriftPolicy/init()``: what programs did
    /// before these leaves existed, so that old configurations keep their hashes.
    public var json: JSONValue { json { _ in true } }

    private func json(where isWanted: (ConfigurationLeaf) -> Bool) -> JSONValue {
        let before = DriftPolicy()
        let leaves = ConfigurationLeaf.allCases.filter { isWanted($0) && before[$0] != self[$0] }
        return .object(leaves.map { .init($0.name, self[$0]) })
    }

    /// The value of a leaf.
    public subscript(leaf: ConfigurationLeaf) -> JSONValue {
        switch leaf {
        case .ambiguity: .string(ambiguity.rawValue)
        case .buffer: .number(buffer)
        case .costThresholdBps: .number(costThresholdBps)
        case .defaultFeeBps: .number(fees.defaultBps)
        case .exchange: .string(exchange)
        case .fees: .array(fees.entries.map(\.json))
        case .labelAlgorithm: .integer(Self.labelAlgorithm)
        case .makerAfterMinutes: .number(makerAfterMinutes)
        case .minPnlBps: .number(minPnlBps)
        case .positionSize: .number(positionSize)
        case .slippageMultiplier: .number(slippageMultiplier)
        case .spreadBps: .number(spreadBps)
        case .stopLossBps: .number(stopLossBps)
        case .takeProfitBps: .number(takeProfitBps)
        case .timeoutMinutes: .integer(timeoutMinutes)
        case .windowDays: .integer(windowDays)
        default: drift[leaf] ?? .null
        }
    }

    /// Reads a document: the leaves of `base`, replaced by those the document names.
    ///
    /// A document may name a `preset` to start from. Unknown leaves are refused.
    public init(json: JSONValue, base: LabelingConfiguration = .scalp) throws(Invalid) {
        let document = try ConfigurationDocument(json)
        self = document.preset?.configuration ?? base
        for (leaf, value) in document.leaves { try set(leaf, to: value) }
        try validate()
    }

    /// Gives a leaf another value; whether it fits the others, ``validate()`` says.
    mutating func set(_ leaf: ConfigurationLeaf, to value: JSONValue) throws(Invalid) {
        let reader = LeafReader(path: JSONPath(leaf.name), value: value)
        switch leaf {
        case .ambiguity: ambiguity = try reader.choice()
        case .buffer: buffer = try reader.number()
        case .costThresholdBps: costThresholdBps = try reader.number()
        case .defaultFeeBps:
            fees = FeeSchedule(entries: fees.entries, defaultBps: try reader.number())
        case .exchange: exchange = try reader.string()
        case .fees:
            fees = FeeSchedule(entries: try reader.feeEntries(), defaultBps: fees.defaultBps)
        case .labelAlgorithm:
            guard try reader.integer() == Self.labelAlgorithm else {
                throw Invalid(leaf, "this program labels by rules \(Self.labelAlgorithm) only")
            }
        case .makerAfterMinutes: makerAfterMinutes = try reader.number()
        case .minPnlBps: minPnlBps = try reader.number()
        case .positionSize: positionSize = try reader.number()
        case .slippageMultiplier: slippageMultiplier = try reader.number()
        case .spreadBps: spreadBps = try reader.number()
        case .stopLossBps: stopLossBps = try reader.number()
        case .takeProfitBps: takeProfitBps = try reader.number()
        case .timeoutMinutes: timeoutMinutes = try reader.integer()
        case .windowDays: windowDays = try reader.integer()
        default: try drift.set(leaf, reader)
        }
    }
}
