internal import EventStorage
internal import StoreModel
internal import WriteRecorder

/// Stores whose writer is killed again and again, also while it makes or opens them, and goes on
/// each time.
struct KillRun {
    /// Stores of a case.
    private static let lives = 3
    /// Kills of a store.
    private static let sessions = 12

    private let parameters: Case

    init(_ parameters: Case) { self.parameters = parameters }

    func run(_ counts: inout Counts) throws {
        var random = parameters.random
        for life in 1...Self.lives { try live(life, &random, &counts) }
    }

    private func live(_ life: Int, _ random: inout SplitMix64, _ counts: inout Counts) throws {
        let seed = parameters.seed &+ UInt64(life)
        let path = "\(parameters.directory)/store\(life)"
        var shadow = try Shadow(seed: seed, path: "\(parameters.directory)/reference\(life)")
        var acknowledged: UInt64?
        for session in 1...Self.sessions {
            let child = try start(path, seed, isFirst: session == 1, &random)
            let ending = child.wait()
            try require(
                ending == .killed(signal: 9), "the worker: \(ending), \(child.error ?? "no word")")
            counts.add("kills")
            acknowledged = child.acknowledged ?? acknowledged
            guard let store = try Stores.openRemains(path, mayBeHalfMade: acknowledged == nil)
            else {
                counts.add("before there was a store")
                continue
            }
            let isMore = try shadow.check(
                store, acknowledged: acknowledged ?? 0, isDeep: session == Self.sessions)
            if isMore { counts.add("with a commit kept and not yet acknowledged") }
            acknowledged = shadow.workload.model.commits
        }
        counts.add("commits acknowledged", Int(acknowledged ?? 0))
    }

    /// Starts a worker that is killed by the clock, or kills itself at a call of its own.
    private func start(
        _ path: String, _ seed: UInt64, isFirst: Bool, _ random: inout SplitMix64
    ) throws -> ChildProcess {
        var arguments = ["worker", "--store", path, "--seed", "\(seed)", "--commits", "100000"]
        // The first ones die while they make the store.
        if isFirst || random.chance(50) {
            let fates = [RECORDER_DIES_BEFORE, RECORDER_DIES_HALFWAY, RECORDER_DIES_AFTER]
            let fate = fates.randomElement(using: &random)!
            let call = Int.random(in: 1...(isFirst ? 10 : 150), using: &random)
            arguments += ["--fate", "\(fate.rawValue)", "--call", "\(call)"]
            return try ChildProcess(arguments)
        }
        let child = try ChildProcess(arguments)
        // A start takes some 20 ms: some die in it, most at work.
        let milliseconds: Int64 = random.chance(30) ? 30 : 100
        child.listen(microseconds: Int64.random(in: 0...milliseconds * 1_000, using: &random))
        child.kill()
        return child
    }
}
