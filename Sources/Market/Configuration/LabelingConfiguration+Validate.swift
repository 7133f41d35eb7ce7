internal import CanonicalJSON

extension LabelingConfiguration {
    /// Refuses values that no labelling can have.
    func validate() throws(Invalid) {
        func require(
            _ condition: Bool, _ leaf: ConfigurationLeaf, _ message: String
        ) throws(Invalid) {
            guard condition else { throw Invalid(leaf, message) }
        }
        try require(takeProfitBps > 0, .takeProfitBps, "must be above 0")
        try require(
            stopLossBps > 0 && stopLossBps < 10_000, .stopLossBps, "must be in 0 … 10,000")
        try require(windowDays == 90, .windowDays, "this program keeps windows of 90 days only")
        try require(
            timeoutMinutes >= 1 && timeoutMinutes <= (windowDays - 1) * 1_440, .timeoutMinutes,
            "must be at least 1 and a day shorter than the window")
        // Far beyond any use, and near enough that no label overflows to infinity.
        for leaf in ConfigurationLeaf.allCases {
            let isBounded = (self[leaf].double ?? 0).magnitude <= 1e12
            try require(isBounded, leaf, "must lie within ±1e12")
        }
        for entry in fees.entries {
            let isBounded = max(entry.makerBps.magnitude, entry.takerBps.magnitude) <= 1e6
            try require(isBounded, .fees, "a fee must lie within ±1e6 bps")
        }
        try drift.validate(windowDays: windowDays)
        try require(buffer > 0, .buffer, "must be above 0")
        try require(spreadBps >= 0, .spreadBps, "must not be negative")
        try require(slippageMultiplier >= 0, .slippageMultiplier, "must not be negative")
        try require(positionSize > 0, .positionSize, "must be above 0")
        for (index, entry) in fees.entries.enumerated().dropFirst() {
            let previous = fees.entries[index - 1]
            try require(
                previous.exchange != entry.exchange || previous.from != entry.from, .fees,
                "two entries of \(entry.exchange) start on \(entry.from)")
        }
    }
}
