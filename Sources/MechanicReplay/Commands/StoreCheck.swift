internal import EventFormat
internal import EventStorage
internal import Mechanic

/// All the work of `verify`, and what came out of it.
struct StoreCheck {
    /// What is to be checked beside the log.
    struct Scope {
        /// Every page of the raw file before LMDB opens it, every key, every projection.
        var isDeep = false
        /// Every recorded label computed anew.
        var recomputes = false
        /// Every label held against the candles known at its position.
        var looksAhead = false
        /// Checkpoints of before, which the store must still fulfil.
        var promises: Promises
    }

    /// The log, and the pages of the file.
    var report: VerificationReport
    /// Everything found: position, if it is one, and message.
    var findings: [(position: UInt64?, message: String)]
    /// Labels computed anew.
    var labels = 0
    /// Baselines, drift checks, monitors, decisions and alerts computed anew.
    var verdicts = 0
    /// Labels and open trades computed from a history cut at their position.
    var truncations = 0
    /// Values of fields compared with those.
    var fields = 0
    /// Whether the log was sound, so that its labels and projections could be checked.
    var isLogSound = false
    /// Whether the file is the one that was here, as far as the record beside it tells.
    var isTrusted = true
    /// Whether every recorded label came out of the candles again, as far as that was asked.
    var labelsAreSound = true
    /// Whether nothing recorded looks ahead, as far as that was asked.
    var isCausal = true
    /// Whether the log is the one that the checkpoints promise.
    var promisesAreKept = true
    /// What became of the checkpoints.
    var kept: [Promises.Result] = []

    /// Checks a store.
    ///
    /// A damaged file is never given to LMDB, which may crash on it: where the pages are not sound,
    /// nothing else is looked at.
    static func run(_ options: StoreOptions, _ scope: Scope, _ console: Console) throws -> Self {
        let pages =
            scope.isDeep
            ? try EventStore.checkPages(path: options.path, wait: options.options.wait)
            : try EventStore.checkMeta(path: options.path)
        var check = StoreCheck(pages)
        guard pages.isClean else {
            check.kept = scope.promises.notCompared
            return check
        }
        let store: EventStore
        do {
            store = try options.open(checksApart: false)
        } catch let error as EventStoreError where error.code == .corrupted {
            // What is not trusted is a finding, and the whole is looked at all the same.
            check.isTrusted = false
            check.findings.append((error.position?.number, error.message))
            check.kept = scope.promises.notCompared
            let pages = try EventStore.checkPages(path: options.path, wait: options.options.wait)
            check.report.merge(pages)
            check.findings += findings(pages)
            guard pages.isClean else { return check }
            do {
                store = try options.open(checksApart: false, isTrusted: true)
            } catch let error as EventStoreError where error.code == .corrupted {
                return check
            }
        }
        let bar = ProgressBar("verify", unit: "events", console: console)
        let log: VerificationReport
        do {
            log = try store.verify(isDeep: scope.isDeep) { bar.update(Int($0), of: Int($1)) }
        } catch let error as EventStoreError where error.code == .corrupted {
            // LMDB met a damaged page: nothing can be said of what lies behind it.
            check.findings.append((error.position?.number, error.message))
            check.kept = scope.promises.notCompared
            return check
        }
        bar.finish()
        check.report.merge(log)
        check.findings += findings(log)
        check.isLogSound = log.isClean
        if check.isLogSound, scope.recomputes { try check.recompute(store, console) }
        if check.isLogSound, scope.looksAhead { try check.lookAhead(store, console) }
        if check.isLogSound, scope.isDeep { try check.replay(store, console) }
        check.kept = try scope.promises.check(store)
        let broken = scope.promises.findings(check.kept, store.identity)
        check.promisesAreKept = broken.isEmpty
        check.findings += broken
        return check
    }

    /// What to do about what was found.
    var advice: String {
        if !isTrusted || !isLogSound || !labelsAreSound {
            "the store is not what it says: restore a backup or ask why it changed"
        } else if !isCausal {
            "the log is sound, its labels used what was not known yet: train on none of them, and ask "
                + "which program wrote them"
        } else if !promisesAreKept {
            "the log is not the one promised: ask who replaced the file or wrote the note, and "
                + "restore a backup that fulfils it"
        } else {
            "the log is sound, its projections are not: run `mechanic-replay rebuild`"
        }
    }

    /// A check that did not come to its end.
    init(failedWith message: String, _ promises: Promises) {
        report = VerificationReport()
        findings = [(nil, message)]
        kept = promises.notCompared
    }

    private init(_ report: VerificationReport) {
        self.report = report
        findings = Self.findings(report)
    }

    private static func findings(_ report: VerificationReport) -> [(UInt64?, String)] {
        report.findings.map { ($0.position?.number, $0.message) }
    }

    private mutating func recompute(_ store: EventStore, _ console: Console) throws {
        let bar = ProgressBar("recompute", unit: "events", console: console)
        let result = try Recomputation.run(store) { bar.update(Int($0), of: Int($1)) }
        bar.finish()
        labels = result.checkedLabels
        verdicts = result.checkedVerdicts
        labelsAreSound = result.differences.isEmpty
        findings += result.differences.map { ($0.position.number, $0.message) }
    }

    private mutating func lookAhead(_ store: EventStore, _ console: Console) throws {
        let bar = ProgressBar("lookahead", unit: "events", console: console)
        let result = try Lookahead.run(store) { bar.update(Int($0), of: Int($1)) }
        bar.finish()
        truncations = result.checkedTruncations
        fields = result.checkedFields
        isCausal = result.findings.isEmpty
        findings += result.findings.map { ($0.position.number, $0.message) }
    }

    /// Folds the log again and compares every projection with what the store holds.
    private mutating func replay(_ store: EventStore, _ console: Console) throws {
        let bar = ProgressBar("replay", unit: "events", console: console)
        let replay = try Replay.run(store, to: .head, checks: true) {
            bar.update(Int($0), of: Int($1))
        }
        bar.finish()
        for market in replay.outdated {
            console.say("\(market): projections of another version: rebuild needed")
        }
        if let difference = replay.difference { findings.append((nil, difference)) }
        let damaged = try store.read { try $0.checkProjections() }.findings
        findings += damaged.filter { $0 != replay.difference }.map { (nil, $0) }
    }
}
