import CanonicalJSON
import Digest
import Market
import Testing

struct LabelingConfigurationTests {
    /// A changed value for every leaf that can change; `label_algorithm` and `ambiguity` have one.
    private static let changes: [(leaf: String, value: JSONValue)] = [
        ("buffer", 1.2), ("cost_threshold_bps", 1), ("default_fee_bps", 9), ("exchange", "kraken"),
        ("fees", []), ("maker_after_minutes", 6), ("min_pnl_bps", 0.5), ("position_size", 2_000),
        ("slippage_multiplier", 0.25), ("spread_bps", 2), ("stop_loss_bps", 11),
        ("take_profit_bps", 16), ("timeout_minutes", 31),
    ]

    private func read(_ text: String) throws -> LabelingConfiguration {
        try LabelingConfiguration(json: JSONValue(parsing: text))
    }

    @Test func everyLeafIsTested() {
        let leaves = LabelingConfiguration.scalp.json.members!.map(\.name)
        #expect(
            Set(leaves)
                == Set(Self.changes.map(\.leaf)).union([
                    "ambiguity", "label_algorithm", "window_days",
                ]))
        #expect(leaves == leaves.sorted())
    }

    @Test func everyLeafChangesTheHash() throws {
        let base = LabelingConfiguration.scalp
        var hashes: Set<Hash256> = [base.hash]
        for (leaf, value) in Self.changes {
            let changed = try LabelingConfiguration(json: .object([.init(leaf, value)]))
            #expect(hashes.insert(changed.hash).inserted, "\(leaf)")
            #expect(changed.labelsHash != base.labelsHash, "\(leaf)")
            #expect(changed != base)
        }
        // Refused in a document for now, but part of the hash: labels do not depend on it.
        var shorter = base
        shorter.windowDays = 30
        #expect(hashes.insert(shorter.hash).inserted)
        #expect(shorter.labelsHash == base.labelsHash)
    }

    @Test func everyPartOfAFeeChangesTheHash() throws {
        let fee = #"{"exchange":"x","from":"2020-01-01","maker_bps":1,"taker_bps":2}"#
        let base = try read(#"{"fees":[\#(fee)]}"#)
        var hashes: Set<Hash256> = [base.hash]
        for (old, new) in [
            ("\"x\"", "\"y\""), ("01-01", "01-02"), ("_bps\":1", "_bps\":3"),
            ("_bps\":2", "_bps\":4"),
        ] {
            let changed = try read(#"{"fees":[\#(fee.replacing(old, with: new))]}"#)
            #expect(hashes.insert(changed.hash).inserted, "\(new)")
            #expect(changed.labelsHash != base.labelsHash)
        }
    }

    @Test func writingDoesNotChangeTheHash() throws {
        let base = LabelingConfiguration.scalp
        #expect(try read("{}").hash == base.hash)
        #expect(try read(#"{"take_profit_bps": 15}"#).hash == base.hash)
        #expect(try read(#"{"take_profit_bps": 15.0}"#).hash == base.hash)
        #expect(try read(#"{"take_profit_bps": 1.5e1}"#).hash == base.hash)
        #expect(try read(#"{"preset": "scalp"}"#).hash == base.hash)
        let members = base.json.members!
        let backwards = LabelingConfiguration.runner
        let read = try LabelingConfiguration(
            json: .object(members.reversed()), base: backwards)
        #expect(read == base)
        #expect(read.hash == base.hash)
    }

    @Test func feesInAnyOrder() throws {
        let fees = LabelingConfiguration.scalp.json["fees"]!.elements!
        let read = try LabelingConfiguration(
            json: .object([.init("fees", .array(fees.reversed()))]))
        #expect(read.hash == LabelingConfiguration.scalp.hash)
    }

    @Test func presetsReadBack() throws {
        for preset in LabelingConfiguration.presets {
            let configuration = preset.configuration
            #expect(try LabelingConfiguration(json: configuration.json) == configuration)
            #expect(try read(#"{"preset":"\#(preset.name)"}"#) == configuration)
        }
        #expect(LabelingConfiguration.scalp.hash != LabelingConfiguration.runner.hash)
        #expect(LabelingConfiguration.runner.timeoutMilliseconds == 604_800_000)
    }

    /// What the hash covers, spelled out: another implementation can compute it.
    @Test func theHashIsOfTheCanonicalText() {
        let text = LabelingConfiguration.scalp.json.canonicalText
        #expect(
            text.hasPrefix(#"{"ambiguity":"target_first","buffer":1.1,"cost_threshold_bps":0,"#))
        #expect(text.hasSuffix(#""timeout_minutes":30,"window_days":90}"#))
        #expect(SHA256().hash(Array(text.utf8)) == LabelingConfiguration.scalp.hash)
    }

    @Test(arguments: [
        ("{\"take_profit_bsp\":1}", "take_profit_bsp: unknown leaf; did you mean take_profit_bps?"),
        ("{\"windowdays\":1}", "windowdays: unknown leaf; did you mean window_days?"),
        ("{\"zzzzzz\":1}", "zzzzzz: unknown leaf"),
        ("[]", "a configuration is a JSON object"),
        ("{\"preset\":\"swing\"}", "preset: expected one of scalp, runner"),
        ("{\"buffer\":\"1\"}", "buffer: expected a number"),
        ("{\"timeout_minutes\":1.5}", "timeout_minutes: expected a whole number"),
        ("{\"exchange\":\"\"}", "exchange: expected a text"),
        ("{\"ambiguity\":\"drop\"}", "ambiguity: expected one of target_first"),
        ("{\"label_algorithm\":2}", "label_algorithm: this program labels by rules 1 only"),
        ("{\"take_profit_bps\":0}", "take_profit_bps: must be above 0"),
        ("{\"stop_loss_bps\":10000}", "stop_loss_bps: must be in 0 … 10,000"),
        ("{\"window_days\":91}", "window_days: this program keeps windows of 90 days only"),
        (
            "{\"timeout_minutes\":128161}",
            "timeout_minutes: must be at least 1 and a day shorter than the window"
        ),
        (
            "{\"fees\":[{\"exchange\":\"x\"}]}",
            "fees: an entry has exchange, from (YYYY-MM-DD), maker_bps and taker_bps only"
        ),
    ])
    func mistakesAreNamed(text: String, message: String) {
        let error = #expect(throws: LabelingConfiguration.Invalid.self) { try read(text) }
        #expect(error?.description == message)
    }

    @Test func twoFeesOfOneDay() {
        let fee = #"{"exchange":"x","from":"2020-01-01","maker_bps":1,"taker_bps":2}"#
        let error = #expect(throws: LabelingConfiguration.Invalid.self) {
            try read(#"{"fees":[\#(fee),\#(fee)]}"#)
        }
        #expect(error?.description == "fees: two entries of x start on 2020-01-01")
    }

    @Test func feesByDate() {
        let fees = FeeSchedule.standard
        let change = UTCDay(year: 2_024, month: 7, day: 1).start
        #expect(fees.fee(exchange: "binance", at: change - 1, maker: false) == 8)
        #expect(fees.fee(exchange: "binance", at: change, maker: false) == 6)
        #expect(fees.fee(exchange: "binance", at: change, maker: true) == 2)
        #expect(fees.fee(exchange: "kraken", at: change, maker: true) == 4)
        #expect(fees.fee(exchange: "mtgox", at: change, maker: true) == 8)
        #expect(fees.fee(exchange: "binance", at: 0, maker: true) == 8)
    }
}
