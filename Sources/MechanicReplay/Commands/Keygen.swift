internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import SystemIO

/// `keygen`: a key that signs checkpoints.
struct Keygen: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a key that signs checkpoints.",
        discussion: """
            EXAMPLES
              mechanic-replay keygen btc.key
              mechanic-replay keygen team.key --name example.com/mechanic

            Writes an Ed25519 key to FILE, for its owner only (0600), and the public key
            to FILE.pub, to be given to everybody who shall verify. Nothing is ever
            overwritten. Without --name the key is named after the store, as C2SP
            recommends it: mechanic-replay/<store id>. Keep FILE away from the machine
            that holds the store, or who changes the store can also sign it.
            """)

    @Argument(help: ArgumentHelp("Where the private key is written.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp("The key's name, without blanks and plus signs.", valueName: "name"))
    var name: String?

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let name = try name ?? origin()
        for path in [file, "\(file).pub"] where FileSystem.exists(path) {
            throw Failure(
                .cannotCreate, "\(path) exists, and no key is ever overwritten: name another file")
        }
        var random = SystemRandomNumberGenerator()
        let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        guard let key = NoteSigningKey(name: name, seed: seed) else {
            throw Failure(.usage, "--name: a key's name is not empty and has no blanks and no +")
        }
        let publicText = key.publicKey.description
        try write(key.secretText, to: file, mode: 0o600)
        try write(publicText, to: "\(file).pub", mode: 0o644)
        var report = output.report
        report.add("key", .text(file))
        report.add("public_key_file", .text("\(file).pub"))
        report.add("name", .text(name))
        report.add("public_key", .text(publicText))
        report.finish()
    }

    private func origin() throws -> String {
        do {
            return try store.open().identity.origin
        } catch let error as EventStoreError where error.code == .storeNotFound {
            throw Failure(.noInput, "\(error.message), or name the key with --name")
        }
    }

    private func write(_ text: String, to path: String, mode: UInt32) throws {
        do {
            try FileSystem.writeNew(Array((text + "\n").utf8), to: path, mode: mode)
        } catch {
            throw Failure(.cannotCreate, error.description)
        }
    }
}
