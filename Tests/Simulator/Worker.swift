internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import StoreModel
internal import SystemIO
internal import WriteRecorder

/// Appends a workload to a store and says so after each commit; the parent kills it, or its disk
/// fails.
struct Worker: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Appends, to be killed.", shouldDisplay: false)

    @Option var store: String
    @Option var seed: UInt64
    @Option(help: "Ends when the store has so many commits.") var commits: UInt64
    @Option(help: "What befalls a call on the file.") var fate: Int32 = 0
    @Option(help: "Which call, from 1.") var call: UInt64 = 0
    @Option(help: "With which errno it fails.") var code: Int32 = 0
    @Option(help: "Which calls are counted: writes 1, syncs 2, writes through 4.")
    var calls: UInt32 = 7
    @Flag(help: "Every later call too.") var persists = false

    func run() throws {
        if fate != 0 {
            _ = unsafe write_recorder_watch("\(store)/data.mdb", store, nil, nil)
            write_recorder_plan(fate, call, code, Int32(calls), persists ? 1 : 0)
        }
        do {
            try work()
        } catch let error as EventStoreError {
            say("error \(error.code) \(error.message)")
            throw ExitCode(5)
        } catch let violation as Violation {
            say("violation \(violation)")
            throw ExitCode(3)
        }
        if fate != 0, write_recorder_reached() == 0 { say("unreached") }
    }

    private func work() throws {
        let store =
            FileSystem.exists("\(self.store)/data.mdb")
            ? try Stores.open(self.store, isDurable: true)
            : try Stores.create(self.store, isDurable: true)
        var workload = Workload(seed: seed)
        workload.skip(toCommit: try store.head().commit)
        say("ack \(workload.model.commits)")
        while workload.model.commits < commits {
            let step = workload.next()
            try step.apply(to: store)
            if step.commits { say("ack \(workload.model.commits)") }
        }
    }

    private func say(_ line: String) { StandardStream.output.write(line + "\n") }
}

extension ChildProcess {
    /// The last commit that a worker acknowledged; nil if not even the store is there.
    var acknowledged: UInt64? {
        lines.last { $0.hasPrefix("ack ") }.flatMap { UInt64($0.dropFirst(4)) }
    }

    /// What a worker said of an error.
    var error: String? {
        lines.last { $0.hasPrefix("error ") || $0.hasPrefix("violation ") }
    }
}
