import CanonicalJSON
import Digest
import Market
import Testing

/// Files in both formats: what they say decides, not how they say it.
struct ConfigurationFileTests {
    private func read(_ text: String, _ name: String) throws -> LayeredConfiguration {
        try LayeredConfiguration(ConfigurationFile(name: name, bytes: Array(text.utf8)))
    }

    /// Random configurations, each written four times: the hashes never differ. With one leaf
    /// changed they do.
    @Test(arguments: UInt64(1)...200)
    func formatOrderAndCommentsDoNotChangeTheHash(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let text = ConfigurationText(random: &random)
        let json = try read(text.json(&random), "a.json")
        let toml = try read(text.toml(&random), "a.toml")
        let hashes = [
            json, toml, try read(text.json(&random), "config"),
            try read(text.toml(&random), "config"),
        ].map(\.configuration.hash)
        #expect(Set(hashes).count == 1, "seed \(seed)")
        #expect(json.configuration.labelsHash == toml.configuration.labelsHash, "seed \(seed)")
        #expect(try LabelingConfiguration(json: json.configuration.json) == json.configuration)
        for leaf in ConfigurationLeaf.allCases {
            // Named leaves come from the file, others from its preset.
            let place = toml.origin(of: leaf).description
            #expect(
                place.hasPrefix(text.names.contains(leaf.name) ? "a.toml:" : "preset "),
                "\(leaf), seed \(seed): \(place)")
            guard let value = text.otherValue(of: leaf, than: json.configuration[leaf]) else {
                continue
            }
            let changed = text.changing(leaf, to: value)
            let other = try read(changed.toml(&random), "a.toml").configuration
            #expect(other.hash != hashes[0], "\(leaf), seed \(seed)")
            #expect(other.hash == (try read(changed.json(&random), "b.json")).configuration.hash)
        }
    }

    @Test func originsAreLines() throws {
        let toml = """
            # ours
            preset = "runner"
            buffer = 1.2

            [[fees]]
            exchange = "x"
            from = 2023-01-01
            maker_bps = 1
            taker_bps = 2
            """
        let read = try read(toml, "mine.toml")
        #expect(read.origin(of: .buffer) == .file("mine.toml:3"))
        #expect(read.origin(of: .fees) == .file("mine.toml:5"))
        #expect(read.origin(of: .exchange) == .preset("runner"))
        #expect(read.configuration.timeoutMinutes == 10_080)
        #expect(read.configuration.fees.entries.map(\.from.description) == ["2023-01-01"])
        let json = try self.read("{\"buffer\": 1.2,\n\n\"fees\": []}", "mine.json")
        #expect(json.origin(of: .fees) == .file("mine.json:3"))
        #expect(json.origin(of: .exchange) == .preset("scalp"))
    }

    @Test(arguments: [
        ("a.toml", "buffer = 1\nbufer = 2", "a.toml:2: bufer: unknown leaf; did you mean buffer?"),
        ("a.toml", "buffer = 1\nbuffer = 2", "a.toml:2: buffer is there already, on line 1"),
        ("a.toml", "\nbuffer = 'x'", "a.toml:2: buffer: expected a number"),
        ("a.toml", "\n\nstop_loss_bps = 0", "a.toml:3: stop_loss_bps: must be in 0 … 10,000"),
        ("a.toml", "{}", "a.toml:1: a key is expected"),
        (
            "a.toml", "preset = 'runer'",
            "a.toml:1: preset: expected one of scalp, runner; did you mean runner?"
        ),
        (
            "a.toml", "[[fees]]\nexchange = 'x'\nfrom = 2023-01-01\nmaker_bp = 1",
            "a.toml:4: fees[0].maker_bp: unknown key; did you mean maker_bps?"
        ),
        ("a.toml", "\n[[fees]]\nexchange = 'x'", "a.toml:2: fees[0]: from is missing"),
        (
            "a.toml", "[[fees]]\nexchange = 'x'\nfrom = 2023-01-01T00:00:00Z",
            "a.toml:3: fees[0].from: expected a day such as 2023-01-01"
        ),
        (
            "a.toml", "[labels]\nbuffer = 1",
            "a.toml:1: labels: unknown leaf: `mechanic-replay config show` lists them"
        ),
        (
            "a.json", "{\"buffer\": 1,\n\"bufer\": 2}",
            "a.json:2: bufer: unknown leaf; did you mean buffer?"
        ),
        (
            "a.json", "{\"buffer\": 1,\n\"buffer\": 2}",
            "a.json:2: the name \"buffer\" is given twice"
        ),
        ("a.json", "buffer = 1", "a.json:1: a value is expected"),
        ("a.json", "[]", "a.json: a configuration is a JSON object"),
        ("a", "{\n\"buffer\":0}", "a:2: buffer: must be above 0"),
        ("a", "buffer = 0", "a:1: buffer: must be above 0"),
        ("a", "", nil), ("a.toml", "# nothing", nil), ("A.JSON", "{}", nil),
    ])
    func mistakesNameFileLineAndLeaf(name: String, text: String, message: String?) throws {
        guard let message else {
            #expect(try read(text, name).configuration == .scalp)
            return
        }
        let error = #expect(throws: ConfigurationError.self) { try read(text, name) }
        #expect(error?.description == message)
        #expect(error?.source == .file)
    }
}
