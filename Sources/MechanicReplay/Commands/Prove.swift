internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import SystemIO

/// `prove`: proofs for people who do not have the store.
struct Prove: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove an event or the log's growth; check a proof.",
        discussion: """
            EXAMPLES
              mechanic-replay prove inclusion 1234 --format json > event.proof
              mechanic-replay prove consistency 1000 HEAD
              mechanic-replay prove check event.proof --against btc.note
            """, subcommands: [ProveInclusion.self, ProveConsistency.self, ProveCheck.self])
}

/// `prove inclusion`.
struct ProveInclusion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inclusion", abstract: "Prove that an event stands in the log.",
        discussion: """
            EXAMPLES
              mechanic-replay prove inclusion 1234
              mechanic-replay prove inclusion 1234 --size 2000 --format json
              mechanic-replay prove inclusion HEAD --tlog-proof --key btc.key > btc.tlog-proof

            The proof leads from the event's frame (its place, its time, its hash) to the
            root of the log (RFC 9162 §2.1.3). --tlog-proof prints it with the signed
            checkpoint as one C2SP tlog-proof, which needs nothing else to be checked.
            """)

    @Argument(help: ArgumentHelp("A position, a time, HEAD or @tag.", valueName: "point"))
    var point: Point

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "In the log as it was with so many events: a position, a time, HEAD~n or @tag.",
            valueName: "point"))
    var size: Point?

    @Flag(help: "Print a C2SP tlog-proof with the signed checkpoint; needs a key.")
    var tlogProof = false

    @OptionGroup var key: SigningKeyOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try store.open()
        let proven = try store.read { view in
            let position = try view.event(upTo: point.point)
            let size = try view.event(upTo: size?.point ?? .head)
            return try view.inclusionProof(of: position, in: size.number)
        }
        if tlogProof { return try printText(proven, store.identity) }
        let (frame, proof) = (proven.frame, proven.proof)
        let leaf = MerkleFrontier.leaf(frame.bytes, hasher: SHA256())
        var printer = output.report
        printer.member("proof", "inclusion")
        printer.add("origin", .text(store.identity.origin))
        printer.add("position", .integer(Int64(frame.position.number)))
        printer.add("index", .integer(Int64(proof.index)))
        printer.add("size", .integer(Int64(proof.size)))
        printer.add("frame", .text(frame.bytes.hexadecimal))
        printer.add("event_hash", .text(frame.eventHash.hex))
        printer.add("leaf_hash", .text(leaf.hex))
        printer.add("root", .text(proven.root.hex))
        printer.path(proof.path)
        printer.finish()
    }

    private func printText(_ proven: StoreView.ProvenEvent, _ identity: StoreIdentity) throws {
        guard let key = try key.load(output.console) else {
            throw Failure(
                .usage, "--tlog-proof holds a signed checkpoint: name a key with --key")
        }
        let checkpoint = Checkpoint(
            origin: identity.origin, size: proven.proof.size, root: proven.root)
        let note = SignedNote(text: checkpoint.description, signedBy: key)
        let proof = TransparencyProof(
            frame: proven.frame, inclusion: proven.proof, note: note, checkpoint: checkpoint)
        StandardStream.output.write(proof.description)
    }
}

/// `prove consistency`.
struct ProveConsistency: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consistency", abstract: "Prove that the log only grew.",
        discussion: """
            EXAMPLES
              mechanic-replay prove consistency 1000 HEAD
              mechanic-replay prove consistency 1000 2000 --format json

            The proof leads from the root of the older log to the root of the newer
            (RFC 9162 §2.1.4): nothing before was changed, moved or removed.
            """)

    @Argument(
        help: ArgumentHelp(
            "Events of the older log: a position, time, HEAD~n, @tag.", valueName: "older")
    )
    var first: Point

    @Argument(help: ArgumentHelp("Events of the newer log.", valueName: "newer"))
    var second: Point

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try store.open()
        let grown = try store.read { view in
            try view.consistencyProof(
                from: view.event(upTo: first.point).number,
                to: view.event(upTo: second.point).number)
        }
        var printer = output.report
        printer.member("proof", "consistency")
        printer.add("origin", .text(store.identity.origin))
        printer.add("first", .integer(Int64(grown.proof.first)))
        printer.add("second", .integer(Int64(grown.proof.second)))
        printer.add("first_root", .text(grown.firstRoot.hex))
        printer.add("second_root", .text(grown.secondRoot.hex))
        printer.path(grown.proof.path)
        printer.finish()
    }
}

extension ReportPrinter {
    /// Adds a proof's hashes, a line each.
    fileprivate mutating func path(_ path: [Hash256]) {
        for (index, hash) in path.enumerated() { line(index == 0 ? "path" : "", hash.hex) }
        member("path", .array(path.map { .string($0.hex) }))
    }
}
