import CanonicalJSON
import Foundation
import Testing

/// Proofs as a user hands them to people without the store.
struct ProofTests {
    @Test func aProofIsCheckedWithoutTheStore() throws {
        let scratch = try Scratch.labelled()
        try scratch.run("keygen", "a.key")
        try scratch.checkpoint("a.note")
        try scratch.file("7.json", scratch.run("prove", "inclusion", "7").output)
        try scratch.file("grown.json", scratch.run("prove", "consistency", "5", "HEAD").output)
        let text = try scratch.run("prove", "inclusion", "HEAD", "--tlog-proof", "--key", "a.key")
        try scratch.file("16.tlog-proof", text.output)
        #expect(text.lines[0] == "c2sp.org/tlog-proof@v1")
        #expect(text.lines[2] == "index 15")

        let away = try Scratch()
        for name in ["7.json", "grown.json", "16.tlog-proof", "a.note", "a.key.pub"] {
            try away.file(name, Array(Data(contentsOf: scratch.url(name))))
        }
        for name in ["7.json", "grown.json", "16.tlog-proof"] {
            let check = try away.run(
                "prove", "check", name, "--against", "a.note", "--public-key", "a.key.pub")
            #expect(check.code == 0, "\(check.messages)")
            #expect(try check.json()["ok"] == true)
            #expect(check.messages == "")
        }
        let own = try away.run("prove", "check", "16.tlog-proof", "--public-key", "a.key.pub")
        #expect(own.code == 0)
        let alone = try away.run("prove", "check", "7.json")
        #expect(alone.code == 0)
        #expect(alone.messages.contains("--against"))

        let table = try scratch.run("prove", "inclusion", "7", "--format", "table")
        let json = try scratch.run("prove", "inclusion", "7").json()
        #expect(table.lines[0] == "origin      \(try scratch.origin)")
        #expect(table.lines[1] == "position    7")
        #expect(json["index"]?.int64 == 6)
        #expect(json["size"]?.int64 == 16)
        #expect(json["path"]?.elements?.count == 4)
        #expect(
            json["event_hash"]?.text
                == (try scratch.run("show", "7", "--format", "json").json()["hash"]?.text))
    }

    @Test func changedProofsAreRefused() throws {
        let scratch = try Scratch.labelled()
        try scratch.run("keygen", "a.key")
        try scratch.checkpoint("a.note")
        try scratch.checkpoint("8.note", "--as-of", "8")
        let proof = try scratch.run("prove", "inclusion", "7").output
        let json = try JSONValue(parsing: Array(proof.utf8))
        let root = try #require(json["root"]?.text)
        let first = try #require(json["path"]?.elements?.first?.text)
        for (old, new, code) in [
            (first, String(first.reversed()), 1), (root, String(root.reversed()), 1),
            ("\"size\":16", "\"size\":33", 1), ("\"index\":6", "\"index\":5", 65),
            ("\"inclusion\"", "\"something\"", 65), ("\"size\":16", "\"size\":1.5", 65),
            ("\"size\":16", "\"size\":-1", 65), ("{", "", 65), (root, "x" + root.dropFirst(), 65),
        ] as [(String, String, Int32)] {
            try scratch.file("p.json", proof.replacingOccurrences(of: old, with: new))
            let check = try scratch.run("prove", "check", "p.json", "--against", "a.note")
            #expect(check.code == code, "\(old) → \(new): \(check.messages)")
            #expect(check.messages.contains("p.json"))
        }
        try scratch.file("p.json", proof)
        let other = try scratch.run("prove", "check", "p.json", "--against", "8.note")
        #expect(other.code == 1)
        #expect(other.messages.contains("it has 8 events, the proof is for 16"))
        #expect(try scratch.run("prove", "check", "none.json").code == 66)
    }

    @Test func whatCannotBeProven() throws {
        let scratch = try Scratch.labelled()
        for words in [
            ["inclusion", "17"], ["inclusion", "0"], ["inclusion", "7", "--size", "6"],
            ["inclusion", "7", "--size", "17"], ["consistency", "7", "6"],
            ["consistency", "0", "6"], ["consistency", "1", "17"],
            ["inclusion", "7", "--tlog-proof"], ["inclusion"], ["inclusion", "noon"],
        ] {
            let refused = try scratch.run(["prove"] + words)
            #expect(refused.code == 64, "\(words): \(refused.messages)")
            #expect(refused.output == "")
        }
    }

    /// Damage under a proof ends with exit 1 and no proof.
    @Test func aDamagedLogProvesNothing() throws {
        let scratch = try Scratch.labelled()
        let hash = try #require(
            try scratch.run("show", "7", "--format", "json").json()["hash"]?.text)
        let url = URL(fileURLWithPath: scratch.store + "/data.mdb")
        var data = try Data(contentsOf: url)
        let bytes = Data(hex: hash)
        var from = data.startIndex
        while let range = data.range(of: bytes, in: from..<data.endIndex) {
            data[range.lowerBound] ^= 1
            from = range.upperBound
        }
        #expect(from > data.startIndex)
        try data.write(to: url)
        for words in [["inclusion", "7"], ["inclusion", "7", "--size", "7"]] {
            let refused = try scratch.run(["prove"] + words)
            #expect(refused.code == 1, "\(words): \(refused.messages)")
            #expect(refused.output == "")
            #expect(refused.messages.contains("position 7"))
        }
        // Others are proven as before: their way to the root lies in the rows.
        #expect(try scratch.run("prove", "inclusion", "3").code == 0)
    }
}
