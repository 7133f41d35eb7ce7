internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage

/// Checkpoints of before, which a store must still fulfil.
struct AgainstOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A checkpoint kept from before; may be given more than once.", valueName: "note"))
    var against: [String] = []

    @Option(
        help: ArgumentHelp(
            "The key that must have signed the notes: a file or its text.", valueName: "key"))
    var publicKey: PublicKey?

    func validate() throws {
        if publicKey != nil, against.isEmpty {
            throw ValidationError("--public-key: name the note with --against")
        }
    }

    /// Reads notes and key; before long work, so that a wrong name is told at once.
    func load(_ console: Console) throws -> Promises {
        if publicKey == nil, !against.isEmpty {
            console.say("the signatures are not checked: name the key with --public-key")
        }
        return Promises(
            notes: try against.map { try NoteInput(path: $0) }, key: try publicKey?.load())
    }
}

/// Checkpoints of before beside a store of now.
struct Promises {
    let notes: [NoteInput]
    let key: NoteVerifyingKey?

    /// What came out for one of them.
    struct Result {
        let note: NoteInput
        let signature: NoteInput.Signature
        /// Nil where the log is too damaged to be compared.
        let comparison: CheckpointComparison?
    }

    /// Compares the store with every checkpoint.
    func check(_ store: EventStore) throws -> [Result] {
        try store.read { view in
            try notes.map { note in
                var comparison: CheckpointComparison?
                do {
                    comparison = try view.compare(with: note.checkpoint, of: store.identity)
                } catch let error as EventStoreError where error.code == .corrupted {
                    // What is damaged is among the findings of the verification.
                }
                return Result(
                    note: note, signature: note.signature(by: key), comparison: comparison)
            }
        }
    }

    /// The results where the file is too damaged to be opened.
    var notCompared: [Result] {
        notes.map { Result(note: $0, signature: $0.signature(by: key), comparison: nil) }
    }

    /// What is wrong, with the position of the first bad event where it is known.
    func findings(_ results: [Result], _ identity: StoreIdentity) -> [(UInt64?, String)] {
        var findings: [(UInt64?, String)] = []
        // Where one checkpoint is kept and another is not, the first change lies between them.
        let kept =
            results.filter { if case .kept = $0.comparison { true } else { false } }
            .map(\.note.checkpoint.size).max() ?? 0
        let broken = results.filter {
            if case .different = $0.comparison { true } else { false }
        }.map(\.note.checkpoint.size).min()
        for result in results {
            let (name, promised) = (result.note.name, result.note.checkpoint)
            if let defect = result.note.defect(result.signature, key) {
                findings.append((nil, defect))
            }
            switch result.comparison {
            case .kept: break
            case nil:
                findings.append((nil, "\(name): the log is too damaged to be compared with it"))
            case .otherStore(let origin):
                findings.append(
                    (nil, "\(name): it is of the log \(origin), this store is \(identity.origin)"))
            case .shorter(let events):
                findings.append(
                    (
                        nil,
                        "\(name): an older file was put back: the log had "
                            + "\(Number.grouped(promised.size)) events, now it ends at \(events)"
                    ))
            case .different(let root):
                let first = broken.flatMap { $0 > kept ? (kept + 1, $0) : nil }
                findings.append(
                    (
                        first.flatMap { $0 == $1 ? $0 : nil },
                        "\(name): the log was forked or its tail rewritten: with "
                            + "\(Number.grouped(promised.size)) events its root is \(root), "
                            + "promised was \(promised.root)"
                            + (first.map { "; the first other event is at \($0) … \($1)" } ?? "")
                    ))
            }
        }
        return findings
    }

    /// Adds the results to a report.
    func add(_ results: [Result], to printer: inout ReportPrinter) {
        guard !results.isEmpty else { return }
        for result in results {
            let (title, words) = Self.words(result.comparison)
            printer.line(
                result.note.name,
                "\(title) at \(Number.grouped(result.note.checkpoint.size)) events\(words), "
                    + NoteInput.words(result.signature, key))
        }
        printer.member(
            "against",
            .array(
                results.map { result in
                    let promised = result.note.checkpoint
                    return [
                        "note": .string(result.note.name), "origin": .string(promised.origin),
                        "size": .size(promised.size), "root": .string(promised.root.hex),
                        "result": .string(Self.word(result.comparison)),
                        "signature": .string(result.signature.rawValue),
                    ]
                }))
    }

    private static func words(_ comparison: CheckpointComparison?) -> (String, String) {
        switch comparison {
        case nil: ("NOT COMPARED", "")
        case .kept(let events): ("kept", ", now \(Number.grouped(events))")
        case .shorter(let events): ("BROKEN", ", now \(Number.grouped(events))")
        case .different: ("BROKEN", ": another root")
        case .otherStore: ("OF ANOTHER STORE", "")
        }
    }

    private static func word(_ comparison: CheckpointComparison?) -> String {
        switch comparison {
        case nil: "not_compared"
        case .kept: "kept"
        case .shorter: "shorter"
        case .different: "different"
        case .otherStore: "other_store"
        }
    }
}
