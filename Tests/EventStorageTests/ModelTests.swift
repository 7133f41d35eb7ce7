import EventFormat
import EventStorage
import StoreModel
import Testing

/// The store beside its model, under random operations; a failure names its seed.
///
/// The simulator does the same for hours, with kills and faults: `tools/soak`.
@Suite struct ModelTests {
    @Test(arguments: Array(1...8) as [UInt64])
    func theStoreDoesWhatItsModelDoes(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        var workload = Workload(seed: seed)
        var random = SplitMix64(seed: seed &+ 1_000)
        var store: EventStore? = try directory.create()
        for _ in 0..<40 {
            try workload.next().apply(to: store!)
            try workload.model.check(store!)
            try store!.requireClean()
            if random.chance(15) {
                store = nil
                store = try directory.open()
            }
        }
        try workload.model.checkEverything(store!)
        #expect(workload.model.commits > 10)
    }

    /// A model that agrees with everything would test nothing.
    @Test func theModelTellsAnotherStore() throws {
        let directory = TemporaryDirectory()
        let store = try directory.create()
        var workload = Workload(seed: 1)
        for step in workload.nextCommit() { try step.apply(to: store) }
        try workload.model.checkEverything(store)
        var other = Workload(seed: 2)
        _ = other.nextCommit()
        #expect(throws: Violation.self) { try other.model.checkEverything(store) }
        let next = workload.nextCommit()
        #expect(throws: Violation.self) { try workload.model.check(store) }
        // The same step again is no longer what the model foretold: positions are others.
        for step in next { try step.apply(to: store) }
        #expect(throws: Violation.self) { for step in next { try step.apply(to: store) } }
    }
}
