import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Labels of real candles, through the store, against goldens computed elsewhere.
struct GoldenTests {
    static let cases:
        [(file: String, golden: String, configuration: LabelingConfiguration, count: Int)] = [
            (
                "BTC-USDT_USDT-1m-20250611-20251108.csv.gz",
                "labels_BTC-USDT_USDT_scalp_open.csv.gz",
                .scalp, 129_578
            ),
            (
                "BTC-USDT_USDT-1m-20250611-20251108.csv.gz",
                "labels_BTC-USDT_USDT_runner_open.csv.gz",
                .runner, 129_325
            ),
            (
                "SOL-USDT-1m-20250611-20251108.csv.gz", "labels_SOL-USDT_scalp_open.csv.gz", .scalp,
                129_598
            ),
        ]

    @Test(arguments: cases.indices)
    func importAndUpdateGiveEveryField(_ index: Int) throws {
        let (file, golden, configuration, count) = Self.cases[index]
        guard let candles = try Shared.candles(file),
            let text = try Shared.bytes("goldens/\(golden)")
        else { return }
        let scratch = try Scratch()
        let updater = Updater(store: try scratch.store(), market: market)
        _ = try updater.importCandles(candles, at: close(candles))
        var request = UpdateRequest()
        request.configurations = [configuration]
        _ = try updater.update(request, at: close(candles))

        let lines = text.split(separator: 0x0A).dropFirst()
        #expect(lines.count == count)
        let state = try updater.state()
        #expect(state.labellings[0].labels.count == count)
        var rows = lines.makeIterator()
        var differences = 0
        state.labellings[0].labels.forEach { label in
            let golden = rows.next().map { String(decoding: $0, as: UTF8.self) }
            if golden?.trimmingSuffix("\r") != label.goldenLine { differences += 1 }
        }
        #expect(differences == 0)
    }
}

extension String {
    func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}

extension Label {
    /// The line of a golden file.
    var goldenLine: String {
        "\(entryTime),\(entryPrice),\(exitTime),\(exitPrice),\(reason.name),\(grossBps),\(costsBps),"
            + "\(netBps),\(isMeta ? 1 : 0)"
    }
}
