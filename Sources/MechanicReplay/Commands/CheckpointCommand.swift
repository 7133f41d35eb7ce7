internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import SystemIO

/// `checkpoint`: what the log is now, to be kept elsewhere.
struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Print the log's size and root, signed.",
        discussion: """
            EXAMPLES
              mechanic-replay checkpoint --key btc.key > btc.note
              mechanic-replay checkpoint --as-of HEAD~24
              mechanic-replay verify --against btc.note --public-key btc.key.pub

            Prints a C2SP checkpoint: 250 bytes that fix every event up to now. Keep it
            where the store's owner cannot change it; `verify --against` tells whether the
            log still fulfils it. Without a key the text is printed unsigned.
            """)

    @OptionGroup var key: SigningKeyOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let key = try key.load(output.console)
        let store = try store.open()
        let checkpoint = try store.read { view in
            try view.checkpoint(
                at: view.resolve(asOf.point).number, of: store.identity)
        }
        let note = key.map { SignedNote(text: checkpoint.description, signedBy: $0).description }
        if key == nil {
            output.console.say("not signed: name a key with --key, `keygen` makes one")
        } else if let key, key.publicKey.name != checkpoint.origin {
            output.console.say(
                "the key is named \(key.publicKey.name), the log \(checkpoint.origin): tools that "
                    + "know a log by its key's name need to be told")
        }
        let text = note ?? checkpoint.description
        // The note is the data: a table would be no note any more.
        guard let format = output.format, format != .table else {
            return StandardStream.output.write(text)
        }
        var report = output.report
        report.add("origin", .text(checkpoint.origin))
        report.add("size", .integer(Int64(checkpoint.size)))
        report.add("root", .text(checkpoint.root.hex))
        report.add("signed_by", key.map { .text($0.publicKey.description) } ?? .none)
        report.add("note", .text(text))
        report.finish()
    }
}
