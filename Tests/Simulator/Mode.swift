internal import ArgumentParser
internal import StoreModel

/// One case of a mode: what it depends on.
struct Case {
    /// Everything drawn follows from it.
    let seed: UInt64
    /// An empty directory.
    let directory: String
    /// How long a case of the readers lasts.
    let seconds: Double

    /// A generator beside the workload's own.
    var random: SplitMix64 { SplitMix64(seed: seed ^ 0x5EED_CA5E) }
}

/// A way to break a store.
enum Mode: String, CaseIterable, ExpressibleByArgument {
    /// Random appends and reopenings beside a model.
    case model
    /// SIGKILL at random moments and at every call that writes.
    case kills
    /// Every LMDB call fails on its n-th use.
    case faults
    /// Power is lost: every state that the disk may be left in.
    case power
    /// The disk is full or broken at the n-th write or sync.
    case disk
    /// One writer among readers that are killed.
    case readers

    /// Runs a case.
    func run(_ parameters: Case, _ counts: inout Counts) throws {
        switch self {
        case .model: try ModelRun(parameters).run(&counts)
        case .kills: try KillRun(parameters).run(&counts)
        case .faults:
            var run = FaultRun(parameters)
            try run.run(&counts)
        case .power:
            var run = PowerRun(parameters)
            try run.run(&counts)
        case .disk: try DiskRun(parameters).run(&counts)
        case .readers: try ReaderRun(parameters).run(&counts)
        }
    }
}
