internal import ArgumentParser
internal import EventFormat
internal import SystemIO

/// A private key on the command line.
struct SigningKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The private key that signs (default: $MECHANIC_KEY); `keygen` makes one.",
            valueName: "file"))
    var key: String?

    /// The key, if one is named.
    func load(_ console: Console) throws -> NoteSigningKey? {
        guard let path = key ?? ProcessEnvironment.value("MECHANIC_KEY") else { return nil }
        let text = try KeyInput.text(path)
        if path != FileBytes.standardInput, try FileSystem.isOpenToOthers(path) {
            console.say("warning: \(path) is open to other users: chmod 600 \(path)")
        }
        do {
            return try NoteSigningKey(text)
        } catch {
            throw Failure(.badData, "\(path): \(error)")
        }
    }
}

/// A public key on the command line: a file, or the text itself.
struct PublicKey: ExpressibleByArgument {
    private let argument: String

    init?(argument: String) { self.argument = argument }

    func load() throws -> NoteVerifyingKey {
        let isText = !FileSystem.exists(argument) && argument.contains("+")
        do {
            return try NoteVerifyingKey(isText ? argument : KeyInput.text(argument))
        } catch let error as FormatError {
            throw Failure(.badData, isText ? "--public-key: \(error)" : "\(argument): \(error)")
        }
    }
}

/// Files that hold a key: one line.
enum KeyInput {
    /// Most bytes read: a key has some 150.
    private static let limit = 1 << 16

    static func text(_ path: String) throws -> String {
        var bytes = try FileBytes.read(path: path, limit: limit)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.badData, "\(path): this is no key: it is not UTF-8")
        }
        return text
    }
}
