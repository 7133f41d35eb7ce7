import CanonicalJSON
import Foundation
import Testing

/// `replay --with` and `replay --set` as users run them.
struct WhatIfTests {
    private static let sweep = [
        "replay", "--set", "take_profit_bps=10,15", "--set", "spread_bps=3,30",
    ]

    private func ask(_ scratch: Scratch, _ words: String...) throws -> Outcome {
        try scratch.run(Self.sweep + words + DriftHistory.symbol)
    }

    @Test func tableOfASweep() throws {
        let scratch = try DriftHistory.wildDays()
        let table = try ask(scratch, "--format", "table", "--sort", "net")
        #expect(table.code == 0, "\(table.messages)")
        #expect(table.messages == "as of position 0\nsimulated clock\n")
        #expect(table.lines == [])
    }
}
