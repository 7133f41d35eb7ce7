internal import Digest
internal import EventFormat
internal import Synchronization
internal import SystemIO

/// The Merkle tree grown by the frames of a commit, hashed on a second thread where they are many.
///
/// A leaf and a node for each event are half of an append's hashing, and nothing but the rows of the
/// tree and the head waits for them: LMDB takes the events meanwhile.
struct TreeGrowth: ~Copyable {
    /// Commits of fewer events are hashed at once: a thread costs about 20 µs.
    static let leastShared = 128

    /// What came out.
    struct Outcome: Sendable {
        var tree: MerkleFrontier
        var root: Hash256
        /// The hashes that a tile level holds, in their order.
        var completed: [(hash: Hash256, level: Int)] = []
    }

    private final class Box: Sendable {
        let outcome = Mutex<Outcome?>(nil)
    }

    private let box: Box
    private var thread: WorkerThread?

    /// Begins to hash.
    ///
    /// - Parameters:
    ///   - bytes: the commit's events; their frames are complete.
    ///   - starts: where the frames begin.
    init(_ tree: MerkleFrontier, _ bytes: [UInt8], starts: [Int]) {
        let box = Box()
        self.box = box
        let work: @Sendable () -> Void = {
            let outcome = Self.grow(tree, bytes, starts)
            box.outcome.withLock { $0 = outcome }
        }
        thread = starts.count < Self.leastShared ? nil : WorkerThread(work)
        if thread == nil { work() }
    }

    /// Waits until everything is hashed.
    consuming func finish() -> Outcome {
        if let thread = thread.take() { thread.join() }
        guard let outcome = box.outcome.withLock({ $0 }) else {
            preconditionFailure("a thread that ended has left its outcome")
        }
        return outcome
    }

    private static func grow(_ tree: MerkleFrontier, _ bytes: [UInt8], _ starts: [Int]) -> Outcome {
        let hasher = SHA256()
        var tree = tree
        var completed: [(hash: Hash256, level: Int)] = []
        completed.reserveCapacity(starts.count + starts.count / 128 + 1)
        for start in starts {
            let frame = bytes.rawSpan.extracting(start..<start + Frame.byteCount)
            tree.append(
                leaf: MerkleFrontier.leaf(frame, hasher: hasher), hasher: hasher
            ) { height, _, hash in
                // Tiles hold every eighth height: 0, 8, 16 …
                if height.isMultiple(of: 8) { completed.append((hash, height / 8)) }
            }
        }
        return Outcome(tree: tree, root: tree.root(hasher: hasher), completed: completed)
    }
}
