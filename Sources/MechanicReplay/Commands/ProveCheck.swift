internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import SystemIO

/// `prove check`: what somebody without the store does with a proof.
struct ProveCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a proof, without the store.",
        discussion: """
            EXAMPLES
              mechanic-replay prove check event.proof --against btc.note
              mechanic-replay prove check btc.tlog-proof --public-key btc.key.pub

            Takes what `prove` printed as JSON or as a tlog-proof. A proof is worth as
            much as the root it leads to: name the checkpoint that you trust with
            --against. A tlog-proof brings its own. Exit 1 if anything does not hold.
            """)

    @Argument(help: ArgumentHelp("The proof, - for standard input.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "A checkpoint whose root the proof must lead to; may be given more than once.",
            valueName: "note"))
    var against: [String] = []

    @Option(
        help: ArgumentHelp(
            "The key that must have signed the checkpoints: a file or its text.", valueName: "key"))
    var publicKey: PublicKey?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let key = try publicKey?.load()
        let proof = try ProofInput(path: file)
        let notes = (proof.note.map { [$0] } ?? []) + (try against.map { try NoteInput(path: $0) })
        if key != nil, notes.isEmpty {
            throw Failure(.usage, "--public-key: name the note that it signed with --against")
        }
        var findings: [String] = []
        if !holds(proof.claim) {
            findings.append("\(file): the proof does not lead to its root")
        }
        for note in notes { findings += self.findings(note, proof, key) }
        if notes.isEmpty {
            output.console.say(
                "no checkpoint was named with --against: the root is only what the proof says")
        } else if key == nil {
            output.console.say("the signatures are not checked: name the key with --public-key")
        }
        print(proof, notes, findings, key)
        guard findings.isEmpty else {
            throw Failure(.difference, findings.joined(separator: "; "))
        }
    }

    private func holds(_ claim: ProofInput.Claim) -> Bool {
        let hasher = SHA256()
        return switch claim {
        case .inclusion(let proof, let frame, let root):
            proof.proves(
                leaf: MerkleFrontier.leaf(frame.bytes, hasher: hasher), root: root, hasher: hasher)
        case .consistency(let proof, let first, let second):
            proof.proves(first: first, second: second, hasher: hasher)
        }
    }

    private func findings(
        _ note: NoteInput, _ proof: ProofInput, _ key: NoteVerifyingKey?
    ) -> [String] {
        var findings = note.defect(note.signature(by: key), key).map { [$0] } ?? []
        let promised = note.checkpoint
        guard promised.origin.utf8.elementsEqual(proof.origin.utf8) else {
            return findings + [
                "\(note.name): it is of the log \(promised.origin), the proof of \(proof.origin)"
            ]
        }
        let roots: [(size: UInt64, root: Hash256)] =
            switch proof.claim {
            case .inclusion(let proof, _, let root): [(proof.size, root)]
            case .consistency(let proof, let first, let second):
                [(proof.first, first), (proof.second, second)]
            }
        let there = roots.filter { $0.size == promised.size }
        if there.isEmpty {
            findings.append(
                "\(note.name): it has \(promised.size) events, the proof is for "
                    + roots.map { "\($0.size)" }.joined(separator: " and "))
        } else if !there.contains(where: { $0.root == promised.root }) {
            findings.append("\(note.name): its root is another than the proof's")
        }
        return findings
    }

    private func print(
        _ proof: ProofInput, _ notes: [NoteInput], _ findings: [String], _ key: NoteVerifyingKey?
    ) {
        var printer = output.report
        printer.line("proof", output.console.mark(good: findings.isEmpty))
        printer.member("ok", .bool(findings.isEmpty))
        printer.add("origin", .text(proof.origin))
        switch proof.claim {
        case .inclusion(let proof, let frame, let root):
            printer.member("proof", "inclusion")
            printer.member("position", .size(frame.position.number))
            printer.line("position", "\(frame.position)")
            printer.add("appended_at_us", .recorded(frame.appendedAt))
            printer.add("event_hash", .text(frame.eventHash.hex))
            printer.member("size", .size(proof.size))
            printer.line("size", "\(proof.size)")
            printer.add("root", .text(root.hex))
        case .consistency(let proof, let first, let second):
            printer.member("proof", "consistency")
            printer.member("first", .size(proof.first))
            printer.line("first", "\(proof.first)")
            printer.member("second", .size(proof.second))
            printer.line("second", "\(proof.second)")
            printer.add("first_root", .text(first.hex))
            printer.add("second_root", .text(second.hex))
        }
        for note in notes {
            printer.line(
                note.name,
                "\(Number.grouped(note.checkpoint.size)) events, "
                    + NoteInput.words(note.signature(by: key), key))
        }
        printer.member(
            "notes",
            .array(
                notes.map {
                    [
                        "note": .string($0.name), "size": .size($0.checkpoint.size),
                        "signature": .string($0.signature(by: key).rawValue),
                    ]
                }))
        printer.member("findings", .array(findings.map { .string($0) }))
        printer.finish()
    }
}
