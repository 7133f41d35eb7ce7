import Digest
import DriftStatistics
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Bisection against a look at every commit.
struct BisectionTests {
    /// A predicate and the same said without it.
    private struct Case {
        let text: String
        let holds: (MarketState, Explorer.Rows) -> Bool

        init(_ text: String, _ holds: @escaping (MarketState, Explorer.Rows) -> Bool) {
            self.text = text
            self.holds = holds
        }
    }

    private static func cases(
        _ hash: Hash256, _ rows: Explorer.Rows, _ random: inout SplitMix64
    ) -> [Case] {
        func labelling(_ state: MarketState) -> LabelState? {
            state.labellings.first { $0.hash == hash }
        }
        let (candles, closed) = (random.pick(0...60), random.pick(1...60))
        var cases = [
            Case("candles>\(candles)") { state, _ in state.window.candles.count > candles },
            Case("labels.closed >= \(closed)") { state, _ in
                (labelling(state)?.labels.count ?? 0) >= closed
            },
            Case("labels.open>3") { state, _ in
                labelling(state).map { $0.openEntries(state.window).count > 3 } ?? false
            },
            Case("alerts>0") { state, _ in !state.operations.alerts.isEmpty },
            Case("paused") { state, _ in state.operations.isPaused },
            Case("level>=warning") { state, _ in
                state.operations[hash].map { $0.level >= .warning } ?? false
            },
            Case("drift.severity!=insufficient_data") { state, _ in
                state.drift[hash].map { $0.severity != .insufficientData } ?? false
            },
        ]
        for entry in (rows.labels[hash] ?? [:]).keys.sorted().shuffled(using: &random).prefix(2) {
            cases.append(
                Case("label \(entry)") { _, rows in rows.labels[hash]?[entry] != nil })
            cases.append(
                Case("label \(entry).exit_reason=sl") { _, rows in
                    rows.labels[hash]?[entry]?.reason == .stopLoss
                })
            cases.append(
                Case("label \(entry).pnl_net_bps<0") { _, rows in
                    rows.labels[hash]?[entry].map { $0.netBps < 0 } ?? false
                })
        }
        return cases
    }

    @Test(arguments: Explorer.seeds(8)) func findsWhatALookAtEveryCommitFinds(_ seed: UInt64) throws
    {
        let explorer = try Explorer(seed: seed)
        let ends = try explorer.commitEnds()
        let states = try ends.map { try explorer.fold($0) }
        let rows = try ends.map { try explorer.rows($0) }
        var random = SplitMix64(seed: seed &* 13)
        let labelling = try #require(states.last?.labellings.first)
        for one in Self.cases(labelling.hash, rows.last!, &random) {
            let comment = "seed \(seed), \(one.text)"
            let answers = ends.indices.map { one.holds(states[$0], rows[$0]) }
            var steps: [Bisection.Step] = []
            let found = try Bisection.run(
                try Predicate(one.text), of: explorer.market, labelling, explorer.bench.store,
                from: .position(.start), to: .head
            ) { steps.append($0) }
            #expect(found.steps == steps.count, "\(comment)")
            for step in steps {
                guard let index = ends.firstIndex(of: step.position) else { continue }
                #expect(step.holds == answers[index], "\(comment) at \(step.position)")
            }
            switch found.outcome {
            case .holdsBefore: #expect(answers[0], "\(comment)")
            case .never:
                #expect(!answers[0] && answers.last == false, "\(comment)")
                if found.isExact { #expect(!answers.contains(true), "\(comment)") }
            case .found(let step, let cause):
                let index = try #require(ends.firstIndex(of: step.position), "\(comment)")
                #expect(answers[index] && !answers[index - 1], "\(comment)")
                #expect(cause.position > ends[index - 1] && cause.position <= ends[index])
                // For a predicate that stays true the answer is the first commit of all.
                let first = try #require(answers.firstIndex(of: true))
                guard !found.isExact else {
                    #expect(index == first, "\(comment)")
                    continue
                }
                if answers[first...].allSatisfy({ $0 }) { #expect(index == first, "\(comment)") }
                let most = 2 + 2 * UInt64.bitWidth - 2 * UInt64(ends.count).leadingZeroBitCount
                #expect(found.steps <= most + 12, "\(comment): \(found.steps) steps")
            }
            let counts = one.text.hasPrefix("candles") || one.text.hasPrefix("labels")
            if case .holdsBefore = found.outcome { continue }
            #expect(found.isExact == !counts, "\(comment)")
        }
    }

    @Test func endsAndOrder() throws {
        let explorer = try Explorer(seed: 4)
        let labelling = try #require(try explorer.bench.updater.state().labellings.first)
        // Without a labelling there is nothing of one, and counts of the market are what they are.
        for text in ["level>=none", "meta_share<2", "label 0"] {
            let found = try Bisection.run(
                try Predicate(text), of: explorer.market, nil, explorer.bench.store,
                from: .position(.start), to: .head)
            guard case .never = found.outcome else { return #expect(Bool(false), "\(text)") }
        }
        func run(_ text: String, _ from: TimePoint, _ to: TimePoint) throws -> Bisection {
            try Bisection.run(
                try Predicate(text), of: explorer.market, labelling, explorer.bench.store,
                from: from, to: to)
        }
        let holds = try run("candles>=0", .position(.start), .head)
        guard case .holdsBefore = holds.outcome else { return #expect(Bool(false)) }
        #expect(holds.steps == 1)
        let never = try run("candles>1000000", .position(.start), .head)
        guard case .never = never.outcome else { return #expect(Bool(false)) }
        #expect(never.steps == 2)
        #expect(throws: EventStoreError(.invalidPoint, "")) {
            try run("alerts>0", .head, .position(.start))
        }
        let found = try run("candles>0", .position(.start), .head)
        guard case .found(let step, let cause) = found.outcome else {
            return #expect(Bool(false))
        }
        #expect(try step.position == explorer.commitEnds()[1])
        #expect(cause.type == "candles.recorded" && cause.version == StreamVersion(1))
    }
}

/// The grammar of predicates.
struct PredicateTests {
    @Test(arguments: [
        "paused", "alerts>0", "alerts == 2", "drift.severity>=critical", "level >= severe",
        "labels.open>100", "labels.closed>1000", "meta_share<0.3", "candles>100000",
        "drift.severity=insufficient_data", "label 2025-10-10T21:18Z", "label 1760131080000",
        "label 2025-10-10T21:18Z.exit_reason=tp", "label 2025-10-10T21:18:00.000Z.meta_label=1",
        "label 2025-10-10T21:18Z.meta_label", " label  2025-10-10T21:18Z.costs_bps > 12.5 ",
    ])
    func isRead(_ text: String) throws {
        #expect(try Predicate(text).description == text)
    }

    @Test(arguments: [
        ("labels.opn>1", "did you mean labels.open?"), ("", "is no predicate"),
        ("paused=1", "stands alone"), ("alerts", "compared how"), ("alerts=>1", "compared how"),
        ("alerts>x", "no number"), ("alerts>", "no number"), ("alerts>inf", "no number"),
        ("level>=severre", "did you mean severe?"), ("label", "give the entry's time"),
        ("label yesterday", "RFC 3339"),
        ("label 9223372036854775807", "RFC 3339"), ("label -9223372036854775808=1", "RFC 3339"),
        ("label 1.exit_reason", "compared how"),
        ("label 1.exit_reason=tq", "did you mean tp?"), ("label 1.exit_reason<tp", "no order"),
        ("label 1.exit_raeson=tp", "did you mean exit_reason?"), ("label 1=2", "which field"),
        ("alerts bla>1", "is no predicate"),
    ])
    func isRefused(_ text: String, _ why: String) {
        let error = #expect(throws: Predicate.Invalid.self) { try Predicate(text) }
        #expect(error?.description.contains(why) == true, "\(error?.description ?? "")")
    }
}
