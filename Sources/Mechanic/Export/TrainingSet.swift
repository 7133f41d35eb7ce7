internal import Digest
public import EventFormat
public import EventStorage
public import Labeling
public import Market
internal import Projections

/// Labels to train on: the closed labels of a basis in entry order, weighed, each with what was known
/// at its entry.
///
/// A pure function of the basis and the log up to its position.
public struct TrainingSet: Sendable {
    /// Which half of a split a row belongs to.
    public enum Role: String, Sendable {
        case train, test
    }

    /// One label.
    public struct Row: Sendable {
        /// The label.
        public let label: Label
        /// The candle at whose close the trade enters.
        public let candle: Candle
        /// How much it counts in training; nil for what is tested with.
        public let weight: Double?
        /// Its half of the split; nil where there is none.
        public let role: Role?
    }

    /// What it is a function of.
    public let basis: TrainingBasis
    /// What its rows have.
    public let columns: [TrainingColumn]
    /// The rows, by entry.
    public private(set) var rows: [Row] = []
    /// Labels of the training range that reach into the embargo or the test.
    public private(set) var purged = 0
    /// The labels that rows were chosen from.
    public let known: KnownLabels
    /// The effective sample size of what is trained on.
    public private(set) var effectiveSampleSize = 0.0

    /// The training set of a basis.
    ///
    /// - Throws: ``TrainingError``: `.otherLog` where the store's log is another one, or has no such
    ///   labelling or split; `.leak`, see ``KnownLabels``. `EventStoreError`.
    /// - Complexity: as ``KnownLabels``.
    public init(
        _ view: borrowing StoreView, _ basis: TrainingBasis, of identity: StoreIdentity
    ) throws {
        try basis.check(view, identity)
        let state = try MarketState.outline(view, market: basis.market, through: basis.position)
        let labelling = try basis.labelling(in: state)
        self.basis = basis
        columns = basis.columns
        known = try KnownLabels(
            view, state, labelling, entries: basis.range, at: basis.position)
        if let end = known.newestClose, basis.range.upperBound > end {
            throw TrainingError(
                .otherLog,
                "to=\(basis.range.upperBound) lies beyond \(end), when the newest candle of position "
                    + "\(basis.position) closed: no export writes that")
        }
        guard let split = basis.split else {
            take(Array(known.labels.indices), testing: 0..<0)
            return
        }
        let count = split.rules.count(over: basis.range)
        guard split.number <= count else {
            throw TrainingError(
                .otherLog,
                "split \(split.number): the range has \(count) of them; `mechanic-replay splits` "
                    + "lists them")
        }
        let part = WalkForwardSplit(
            split.number, of: split.rules, from: basis.range.lowerBound, known.labels,
            timeframe: basis.market.timeframe)
        purged = part.purged.count
        take(part.trained, testing: part.testLabels)
    }

    private mutating func take(_ trained: [Int], testing: Range<Int>) {
        let weights = RecencyWeights(
            of: trained.map { known.labels[$0] }, halfLifeDays: basis.weighting.halfLifeDays,
            timeframe: basis.market.timeframe)
        effectiveSampleSize = weights.effectiveSampleSize
        rows.reserveCapacity(trained.count + testing.count)
        let isSplit = basis.split != nil
        for (index, weight) in zip(trained, weights.weights) {
            rows.append(
                Row(
                    label: known.labels[index], candle: known.entries[index], weight: weight,
                    role: isSplit ? .train : nil))
        }
        for index in testing {
            rows.append(
                Row(
                    label: known.labels[index], candle: known.entries[index], weight: nil,
                    role: .test))
        }
    }
}

extension TrainingBasis {
    /// Refuses a store whose log is not the one named.
    func check(_ view: borrowing StoreView, _ identity: StoreIdentity) throws {
        let head = try view.head().position
        guard position <= head else {
            throw TrainingError(
                .otherLog,
                "the basis is of position \(position), the log ends at \(head): this is an older copy "
                    + "or another store")
        }
        let found = try view.root(at: position.number)
        guard found == root else {
            throw TrainingError(
                .otherLog,
                "the log is another one: with \(position) events its root is \(found), the basis has "
                    + "\(root)")
        }
        guard try view.resolve(.position(position)) == position else {
            throw TrainingError(
                .otherLog, "the basis is of position \(position), which is not the end of a commit")
        }
        guard isSimulated == (identity.clock == .simulated) else {
            throw TrainingError(
                .otherLog,
                "the basis says simulated=\(isSimulated), the store's clock is "
                    + identity.clock.name)
        }
    }

    /// The labelling that the basis names.
    func labelling(in state: MarketState) throws(TrainingError) -> LabelState {
        guard let index = state.labelling(labels) else {
            let names = state.labellings.map { String($0.hash.hex.prefix(16)) }
            throw TrainingError(
                .otherLog,
                "\(market) has no labels \(labels.hex.prefix(16)) as of position \(position); "
                    + (names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"))
        }
        let found = state.labellings[index].configuration.hash
        guard found == configuration else {
            throw TrainingError(
                .otherLog,
                "the labels \(labels.hex.prefix(16)) were opened under the configuration \(found), "
                    + "the basis has \(configuration)")
        }
        return state.labellings[index]
    }
}
