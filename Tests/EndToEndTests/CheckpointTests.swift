import CanonicalJSON
import Foundation
import Testing

/// Keys and checkpoints as a user handles them, and what a store is held to by them.
struct CheckpointTests {
    // MARK: Keys

    @Test func aKeyIsMadeOnceAndForItsOwner() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let made = try scratch.run("keygen", "a.key")
        #expect(made.code == 0)
        let origin = try scratch.origin
        let secret = try scratch.text("a.key")
        let shown = try scratch.text("a.key.pub")
        #expect(secret.hasPrefix("PRIVATE+KEY+\(origin)+"))
        #expect(shown.hasPrefix("\(origin)+"))
        #expect(try made.json()["public_key"]?.text == shown.trimmingCharacters(in: .newlines))
        #expect(!made.output.contains("PRIVATE"))
        let rights = try FileManager.default.attributesOfItem(atPath: scratch.url("a.key").path)
        #expect(rights[.posixPermissions] as? Int == 0o600)

        let again = try scratch.run("keygen", "a.key")
        #expect(again.code == 73)
        #expect(
            again.messages
                == "error: a.key exists, and no key is ever overwritten: name another file\n")
        try scratch.file("b.key.pub", "x")
        #expect(try scratch.run("keygen", "b.key").code == 73)
        #expect(!FileManager.default.fileExists(atPath: scratch.url("b.key").path))
        #expect(try scratch.text("a.key") == secret)

        let other = try scratch.run("keygen", "c.key", "--name", "example.com/team")
        #expect(other.code == 0)
        #expect(try other.json()["name"]?.text == "example.com/team")
        #expect(try scratch.run("keygen", "d.key", "--name", "a b").code == 64)
        #expect(try scratch.run("keygen", "no/such/d.key").code == 73)
        let storeless = try scratch.run("keygen", "d.key", "--store", "nowhere")
        #expect(storeless.code == 66)
        #expect(storeless.messages.contains("--name"))
    }

    @Test func keysThatCannotSign() throws {
        let scratch = try Scratch.labelled()
        try scratch.run("keygen", "a.key")
        let missing = try scratch.run("checkpoint", "--key", "none.key")
        #expect(missing.code == 66)
        try scratch.file("bad.key", "PRIVATE+KEY+name+00000000+AQ==\n")
        let bad = try scratch.run("checkpoint", "--key", "bad.key")
        #expect(bad.code == 65)
        #expect(bad.output == "")
        #expect(bad.messages.contains("bad.key"))
        let shown = try scratch.run("checkpoint", "--key", "a.key.pub")
        #expect(shown.code == 65)
        #expect(shown.messages.contains("PRIVATE+KEY+"))
        // A key that others may read still signs, and is named.
        unsafe chmod(scratch.url("a.key").path, 0o640)
        let open = try scratch.run("checkpoint", "--key", "a.key")
        #expect(open.code == 0)
        #expect(open.messages == "warning: a.key is open to other users: chmod 600 a.key\n")
    }

    // MARK: Checkpoints

    @Test func aCheckpointIsANote() throws {
        let scratch = try Scratch.labelled()
        let origin = try scratch.origin
        let plain = try scratch.run("checkpoint")
        #expect(plain.code == 0)
        #expect(plain.lines.count == 3)
        #expect(plain.lines[0] == origin)
        #expect(plain.lines[1] == "16")
        #expect(plain.messages == "not signed: name a key with --key, `keygen` makes one\n")

        try scratch.run("keygen", "a.key")
        let signed = try scratch.run("checkpoint", "--key", "a.key")
        #expect(signed.messages == "")
        #expect(signed.output.hasPrefix(plain.output + "\n— \(origin) "))
        #expect(signed.output.hasSuffix("\n"))
        #expect(
            try scratch.run("checkpoint", environment: ["MECHANIC_KEY": "a.key"]).output
                == signed.output)
        let json = try scratch.run("checkpoint", "--key", "a.key", "--format", "json").json()
        #expect(json["note"]?.text == signed.output)
        #expect(json["size"]?.int64 == 16)
        #expect(json["origin"]?.text == origin)

        // A position inside a commit rounds down to its end; a log that went on keeps its past.
        let before = try scratch.run("checkpoint", "--as-of", "9", "--quiet")
        #expect(before.lines[1] == "8")
        #expect(before.messages == "")
        try scratch.goOn(hour: 3)
        let after = try scratch.run("checkpoint", "--as-of", "16", "--key", "a.key")
        #expect(after.output == signed.output)
        #expect(try scratch.run("checkpoint", "--as-of", "0", "--quiet").lines[1] == "0")
        #expect(try scratch.run("checkpoint", "--as-of", "99").code == 64)

        try scratch.run("keygen", "team.key", "--name", "example.com/team")
        let team = try scratch.run("checkpoint", "--key", "team.key")
        #expect(team.code == 0)
        #expect(team.messages.contains("example.com/team"))
    }

    // MARK: verify --against

    @Test func aLogThatGrewKeepsItsPromises() throws {
        let scratch = try Scratch.labelled()
        try scratch.run("keygen", "a.key")
        try scratch.checkpoint("early.note", "--as-of", "8")
        try scratch.checkpoint("a.note")
        try scratch.file("plain.note", scratch.run("checkpoint").output)
        try scratch.goOn(hour: 3)
        let name = try scratch.origin

        let table = try scratch.run(
            "verify", "--against", "early.note", "--against", "a.note", "--public-key",
            "a.key.pub", "--format", "table")
        #expect(table.code == 0)
        #expect(table.messages == "")
        #expect(table.lines[0] == "verify          ok")
        #expect(
            table.lines.contains("early.note      kept at 8 events, now 20, signed by \(name)"))
        #expect(
            table.lines.contains("a.note          kept at 16 events, now 20, signed by \(name)"))

        let key = try scratch.text("a.key.pub")
        let json = try scratch.run(
            "verify", "--against", "a.note", "--public-key",
            key.trimmingCharacters(in: .newlines)
        ).json()
        #expect(json["ok"] == true)
        let against = try #require(json["against"]?.elements?.first)
        #expect(against["result"]?.text == "kept")
        #expect(against["signature"]?.text == "valid")
        #expect(against["size"]?.int64 == 16)

        let unchecked = try scratch.run(
            "verify", "--against", "plain.note", "--format", "table")
        #expect(unchecked.code == 0)
        #expect(
            unchecked.messages
                == "the signatures are not checked: name the key with --public-key\n")
        #expect(unchecked.output.contains("signature not checked (no --public-key)"))
        let piped = try scratch.run(
            ["verify", "--against", "-"], input: "\(name)\n0\n" + Self.empty)
        #expect(piped.code == 0, "\(piped.messages)")
    }

    /// The root of a log without events, as a checkpoint's last line.
    static let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"

    /// The findings of `verify --against a.note`, which must fail.
    private func findings(_ scratch: Scratch, _ more: String...) throws -> [String] {
        let verify = try scratch.run(["verify", "--against", "a.note"] + more)
        #expect(verify.code == 1)
        #expect(try verify.json()["ok"] == false)
        return try verify.json()["findings"]?.elements?.compactMap { $0["message"]?.text } ?? []
    }

    @Test func anOlderFilePutBack() throws {
        let scratch = try Scratch.labelled()
        try scratch.run("keygen", "a.key")
        try scratch.keep("old")
        try scratch.goOn(hour: 3)
        try scratch.checkpoint("a.note")
        scratch.store = scratch.url("old").path
        // From inside nothing is wrong with it.
        #expect(try scratch.run("verify", "--recompute").code == 0)
        #expect(
            try findings(scratch) == [
                "a.note: an older file was put back: the log had 20 events, now it ends at 16"
            ])
        let table = try scratch.run("verify", "--against", "a.note", "--format", "table", "--quiet")
        #expect(table.lines[0] == "verify          FAILED")
        #expect(
            table.lines.contains(
                "a.note          BROKEN at 20 events, now 16, signature not checked "
                    + "(no --public-key)"))
        #expect(table.messages.hasSuffix("restore a backup that fulfils it\n"))
    }

    /// Two copies that went on differently: each is sound, and one is not the log promised.
    @Test func aFork() throws {
        let scratch = try Scratch.labelled()
        try scratch.run("keygen", "a.key")
        try scratch.checkpoint("before.note")
        try scratch.keep("fork")
        try scratch.goOn(hour: 3)
        try scratch.checkpoint("a.note")
        let promised = try scratch.run("checkpoint", "--format", "json").json()["root"]?.text
        scratch.store = scratch.url("fork").path
        try scratch.goOn(hour: 3, seed: 2)
        try scratch.goOn(hour: 4, seed: 2)
        let root = try scratch.run("checkpoint", "--as-of", "20", "--format", "json")
            .json()["root"]?.text
        #expect(root != promised)
        #expect(try scratch.run("verify", "--recompute").code == 0)
        let start =
            "a.note: the log was forked or its tail rewritten: with 20 events its root is "
            + "\(root ?? ""), promised was \(promised ?? "")"
        #expect(try findings(scratch) == [start + "; the first other event is at 1 … 20"])
        // A second checkpoint, which is kept, tells where it cannot have begun.
        #expect(
            try findings(scratch, "--against", "before.note", "--public-key", "a.key.pub")
                == [start + "; the first other event is at 17 … 20"])
    }

    /// The last hour made anew: as many events, other candles. A root for every size tells where.
    @Test func aRewrittenTail() throws {
        let scratch = try Scratch.labelled()
        try scratch.keep("rewritten")
        try scratch.goOn(hour: 3)
        let name = try scratch.origin
        for size in ["16", "17", "20"] {
            let proof = try scratch.run("prove", "inclusion", size, "--size", size)
            let root = try #require(try proof.json()["root"]?.text)
            try scratch.file(
                "\(size).note", "\(name)\n\(size)\n\(Data(hex: root).base64EncodedString())\n")
        }
        scratch.store = scratch.url("rewritten").path
        try scratch.goOn(hour: 3, seed: 2)
        #expect(try scratch.run("status").json()["position"]?.int64 == 20)
        #expect(try scratch.run("verify", "--recompute").code == 0)
        let verify = try scratch.run(
            "verify", "--against", "20.note", "--against", "17.note", "--against", "16.note")
        #expect(verify.code == 1)
        let json = try verify.json()
        #expect(json["first_bad_position"]?.int64 == 17)
        #expect(
            json["against"]?.elements?.map { $0["result"]?.text } == [
                "different", "different", "kept",
            ])
        let messages = json["findings"]?.elements?.compactMap { $0["message"]?.text } ?? []
        #expect(messages.count == 2)
        for message in messages {
            #expect(message.contains("the log was forked or its tail rewritten"))
            #expect(message.hasSuffix("; the first other event is at 17 … 17"))
        }
    }

    @Test func theCheckpointOfAnotherStore() throws {
        let scratch = try Scratch.labelled()
        let other = try Scratch.labelled()
        try scratch.file("a.note", other.run("checkpoint").output)
        #expect(
            try findings(scratch) == [
                "a.note: it is of the log \(other.origin), this store is \(scratch.origin)"
            ])
    }

    @Test func notesThatNobodySigned() throws {
        let scratch = try Scratch.labelled()
        try scratch.run("keygen", "a.key")
        try scratch.run("keygen", "b.key")
        try scratch.checkpoint("a.note")
        let name = try scratch.origin
        let other = try findings(scratch, "--public-key", "b.key.pub")
        #expect(other == ["a.note: \(name) did not sign it: ask for the note with its signature"])

        // The text is changed under the signature: the size, as somebody would to hide events.
        let note = try scratch.text("a.note")
        try scratch.file("a.note", note.replacingOccurrences(of: "\n16\n", with: "\n8\n"))
        let changed = try findings(scratch, "--public-key", "a.key.pub")
        #expect(
            changed.first
                == "a.note: the signature of \(name) is wrong: the note was changed, or another "
                + "key made it")
        #expect(changed.count == 2)

        try scratch.file("a.note", scratch.run("checkpoint").output)
        let plain = try findings(scratch, "--public-key", "a.key.pub")
        #expect(plain == ["a.note: \(name) did not sign it: ask for the note with its signature"])
    }

    @Test func whatIsNoNote() throws {
        let scratch = try Scratch.labelled()
        for text in [
            "", "hello\n", "a\n1\n", "a\n01\n\(Self.empty)", "a\n1\nAAAA\n",
            "a\n1\n\(Self.empty)\n", "a\n1\n\(Self.empty)\n— a\n",
            "\u{1}\n1\n\(Self.empty)\n— a AAAAAAA=\n",
        ] {
            try scratch.file("bad.note", text)
            let bad = try scratch.run("verify", "--against", "bad.note")
            #expect(bad.code == 65, "\(text): \(bad.messages)")
            #expect(bad.output == "")
            #expect(bad.messages.contains("bad.note"))
        }
        #expect(try scratch.run("verify", "--against", "none.note").code == 66)
        #expect(try scratch.run("verify", "--public-key", "a.key.pub").code == 64)
        try scratch.file("a.note", scratch.run("checkpoint").output)
        let noKey = try scratch.run("verify", "--against", "a.note", "--public-key", "a+b")
        #expect(noKey.code == 65)
    }
}
