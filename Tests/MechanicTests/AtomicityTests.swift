import EventFormat
import EventStorage
import Glibc
import LMDB
import Market
import Mechanic
import Projections
import Testing

/// Every writing call of an update fails in turn: the update throws, nothing changed, and the same
/// updater goes on.
///
/// The plan of failures belongs to the process, so that each test runs in one of its own.
@Suite(.serialized) struct AtomicityTests {
    @Test func aFailedUpdateLeavesNoTraceAndTheUpdaterGoesOn() async {
        await #expect(processExitsWith: .success) {
            let rows = CatchUpTests.candles(60, seed: 11)
            let bench = try Bench(CatchUpTests.daily, [.days(6)])
            let other = try Bench(CatchUpTests.daily, [.days(6)])
            try bench.update(Array(rows[..<40]))
            try other.update(Array(rows[..<40]))
            var revised = rows[38]
            revised.high += 300
            // Of each kind: a first labelling was above; here new candles, and a revision.
            for sent in [Array(rows[40..<45]), [revised]] {
                let now = rows[44].time + UTCDay.milliseconds
                try Self.failEveryCall(bench) { try bench.update(sent, now: now) }
                try other.update(sent, now: now)
                #expect(try bench.digests().ofHistory == other.digests().ofHistory)
                #expect(try bench.store.head() == other.store.head())
            }
            try bench.check("at the end")
            try bench.audit("at the end")
        }
    }

    @Test func aFailedCatchUpGoesOnWhereItStopped() async {
        await #expect(processExitsWith: .success) {
            let rows = CatchUpTests.candles(250, seed: 12)
            let configuration = LabelingConfiguration.days(20)
            let whole = try Bench(CatchUpTests.daily, [configuration])
            try whole.update(rows)
            for call in stride(from: 1, through: 3_000, by: 97) {
                let bench = try Bench(CatchUpTests.daily, [configuration])
                bench.maximumCommitBytes = 144 * 12
                Calls.fail(after: call, code: ENOSPC)
                var hasFailed = false
                do { try bench.update(rows) } catch is EventStoreError { hasFailed = true }
                let isOver = Calls.disarm().pending
                #expect(isOver != hasFailed)
                if call % 2 == 0 { bench.startUpdater() }
                try bench.update(rows)
                #expect(try bench.digests().ofHistory == whole.digests().ofHistory, "call \(call)")
                try bench.audit("call \(call)")
                if isOver { break }
                #expect(call < 2_900, "the calls are more than the test reaches")
            }
        }
    }

    /// Makes the first, second, … writing call fail until none does any more.
    private static func failEveryCall(_ bench: Bench, _ update: () throws -> UpdateReport) throws {
        for call in 1... {
            let head = try bench.store.head()
            let before = try bench.digests()
            Calls.fail(after: call, code: call % 2 == 0 ? EIO : ENOSPC)
            do {
                let report = try update()
                #expect(report.newEvents > 0)
                #expect(Calls.disarm().pending)
                #expect(call > 10, "an update has more writing calls")
                return
            } catch let error as EventStoreError {
                #expect(Calls.disarm().pending == false)
                if error.code == .broken {
                    // A disk that fails under the commit itself: nothing may follow in this process.
                    #expect(call % 2 == 0)
                    try bench.reopen()
                } else {
                    #expect(error.code == (call % 2 == 0 ? .inputOutput : .diskFull))
                }
            }
            #expect(try bench.store.head() == head, "call \(call)")
            #expect(try bench.digests() == before, "call \(call)")
            try bench.check("call \(call)")
        }
    }
}
