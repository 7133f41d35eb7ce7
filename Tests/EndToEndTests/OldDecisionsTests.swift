import CanonicalJSON
import Foundation
import SystemIO
import Testing

/// A store of the first version that checked drift, decided, and could be asked about the past. What it
/// said then it says for ever; training sets to the byte. `tools/make_store_fixture v2` wrote it.
struct OldDecisionsTests {
    private static let symbol = ["--symbol", "BTC/USDT:USDT", "--timeframe", "1h"]

    private func text(_ name: String) throws -> String { try Fixtures.text("stores/v2/\(name)") }

    /// The store, unpacked where it may be written to.
    private func unpacked() throws -> Scratch {
        let scratch = try Scratch()
        let packed = try Data(
            contentsOf: URL(fileURLWithPath: Fixtures.path("stores/v2/data.mdb.gz")))
        try FileManager.default.createDirectory(
            atPath: scratch.store, withIntermediateDirectories: true)
        try scratch.file("store/data.mdb", try Gzip.decompress(Array(packed), limit: 1 << 26))
        return scratch
    }

    /// What was asked then, and the file that has the answer.
    private func questions() throws -> [(name: String, words: [String])] {
        try text("commands.tsv").split(separator: "\n").map { line in
            let parts = line.split(separator: "\t")
            return (String(parts[0]), parts[1].split(separator: " ").map(String.init))
        }
    }

    @Test func isVerifiedAndReplayed() throws {
        let scratch = try unpacked()
        let verify = try scratch.run("verify", "--recompute", "--lookahead", "--deep")
        #expect(verify.code == 0, "\(verify.messages)")
        #expect(try verify.json()["checked_verdicts"]?.int64 ?? 0 > 50)
        #expect(try scratch.run("replay", "--check").code == 0)
        let log = try scratch.run("log", "--format", "csv")
        #expect(try log.output == text("log.csv"))
    }

    /// Columns and members may be added, at the end and anywhere; what was there is the same.
    @Test func answersAsItDidThen() throws {
        let scratch = try unpacked()
        let questions = try questions()
        #expect(questions.count >= 20)
        for (name, words) in questions {
            let now = try scratch.run(words)
            #expect(now.code == 0, "\(words): \(now.messages)")
            let then = try text(name).split(separator: "\n").map(String.init)
            guard name.hasPrefix("train") == false else {
                #expect(try now.output == text(name), "\(name)")
                continue
            }
            #expect(now.lines.count == then.count, "\(name)")
            for (line, old) in zip(now.lines, then) {
                guard !name.hasSuffix("csv") else {
                    #expect(line.hasPrefix(old), "\(name)")
                    continue
                }
                let difference = Self.difference(
                    try JSONValue(parsing: Array(old.utf8)),
                    try JSONValue(parsing: Array(line.utf8)))
                #expect(difference == nil, "\(name): \(difference ?? "")")
            }
        }
    }

    /// What of an old value is not in a new one; nil where all is.
    private static func difference(
        _ old: JSONValue, _ new: JSONValue?, _ path: String = ""
    ) -> String? {
        if let members = old.members {
            for member in members {
                let place = "\(path)/\(member.name)"
                if let found = difference(member.value, new?[member.name], place) { return found }
            }
            return nil
        }
        if let elements = old.elements {
            guard let others = new?.elements, others.count == elements.count else {
                return "\(path): \(elements.count) elements"
            }
            for (index, pair) in zip(elements, others).enumerated() {
                if let found = difference(pair.0, pair.1, "\(path)/\(index)") { return found }
            }
            return nil
        }
        return old == new ? nil : "\(path): \(old) is \(new.map { "\($0)" } ?? "missing")"
    }

    /// It goes on, and after more updates and a revision the training sets of then come out the same.
    @Test func isUpdatedAndRemembers() throws {
        let scratch = try unpacked()
        try scratch.file("more.csv", DriftHistory.csv(days: 14..<17, wild: 15...15))
        let done = try scratch.run(["backfill", "more.csv", "--every", "1d"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
        for name in ["train.csv", "train.jsonl"] {
            let then = try text(name)
            try scratch.file(name, then)
            let format = name.hasSuffix("csv") ? "csv" : "jsonl"
            let again = try scratch.run("export", "--basis", name, "--format", format)
            #expect(again.code == 0 && again.output == then, "\(name): \(again.messages)")
            #expect(try scratch.run("export", "--check", name).code == 0)
        }
        let then = try scratch.run(["labels", "--as-of", "@wild", "--format", "csv"] + Self.symbol)
        #expect(try then.output == text("labels-then.csv"))
        #expect(try scratch.run("verify", "--recompute", "--lookahead").code == 0)
        #expect(try scratch.run("replay", "--check").code == 0)
    }
}
