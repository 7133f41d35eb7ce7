public import CanonicalJSON
internal import Digest
public import EventFormat
internal import Labeling

extension MarketMonitor {
    /// The event.
    public func event(causation: EventID) -> EventData {
        EventData(type: .marketMonitored, json: json, causation: causation)
    }

    /// The payload.
    public var json: JSONValue {
        let exits = zip(ExitReason.allCases, labels.exits)
        return [
            "candles": .integer(candles), "from_ms": .integer(range.lowerBound),
            "gaps": .integer(gaps),
            "labels": [
                "exits": .object(exits.map { .init($0.name, .integer($1)) }),
                "mean_cost_bps": JSONValue(labels.meanCostBps),
                "profitable": .integer(labels.profitable),
            ],
            "labels_hash": .string(labelsHash.hex), "missing": .integer(missing),
            "outliers": .integer(outliers),
            "schema": .integer(Int(EventType.marketMonitored.schemaVersion)),
            "trend": .string(trend.rawValue), "trend_score": JSONValue(trendScore),
            "until_ms": .integer(range.upperBound), "volatility": .string(volatility.rawValue),
            "volatility_bps": JSONValue(volatilityBps),
            "volatility_ratio": JSONValue(volatilityRatio),
        ]
    }

    /// Reads an event.
    public init(_ event: borrowing EventView) throws(FormatError) { try self.init(event.payload) }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .marketMonitored)
        labelsHash = try reader.hash("labels_hash")
        range = try reader.range()
        candles = try reader.count("candles")
        missing = try reader.count("missing")
        gaps = try reader.count("gaps")
        outliers = try reader.count("outliers")
        volatilityBps = try reader.optional("volatility_bps", reader.number)
        volatilityRatio = try reader.optional("volatility_ratio", reader.number)
        trendScore = try reader.optional("trend_score", reader.number)
        let labels = try reader.object("labels")
        let exits = try labels.object("exits")
        self.labels = Labels()
        for (index, reason) in ExitReason.allCases.enumerated() {
            self.labels.exits[index] = try exits.count(reason.name)
        }
        self.labels.profitable = try labels.count("profitable")
        guard self.labels.profitable <= self.labels.closed else {
            throw labels.contradicted("profitable", "is more than all")
        }
        self.labels.meanCostBps = try labels.optional("mean_cost_bps", labels.number)
        guard volatility == (try reader.choice("volatility")) else {
            throw reader.contradicted("volatility", "does not follow from volatility_ratio")
        }
        guard trend == (try reader.choice("trend")) else {
            throw reader.contradicted("trend", "does not follow from trend_score")
        }
    }
}
