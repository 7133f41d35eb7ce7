import EventFormat

/// Events of drift, of fixed values. The frozen fixtures are made of them: never change one.
extension Sample {
    /// A payload of a type; nil for types that have nothing to do with drift.
    static func drift(_ type: EventType) -> [String]? {
        switch type {
        case .baselineRecorded: baselineRecorded
        case .baselineReleased: baselineReleased
        case .driftChecked: driftChecked
        case .marketMonitored: marketMonitored
        case .decisionMade: decisionMade
        case .alertRaised: alertRaised
        case .alertAcknowledged: alertAcknowledged
        case .alertResolved: alertResolved
        case .alertDelivered: alertDelivered
        case .tradingResumed: tradingResumed
        default: nil
        }
    }

    /// The stream of such an event.
    static func driftStream(_ type: EventType) -> String? {
        switch type {
        case .baselineRecorded, .baselineReleased, .driftChecked, .marketMonitored:
            "binance/BTC-USDT:USDT/1m/drift/584ea1658875741c"
        default: drift(type) == nil ? nil : "binance/BTC-USDT:USDT/1m/operations"
        }
    }

    private static let baselineRecorded = [
        #"{"basis":{"candles_version":7,"digest":"101112131415161718191a1b1c1d1e1f2021222324"#,
        #"25262728292a2b2c2d2e2f","from_ms":1760140980000,"known_by_ms":1763337780000,"label"#,
        #"s":{"labels_hash":"584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348f6bd615"#,
        #"1","version":19},"market":"binance/BTC-USDT:USDT/1m","until_ms":1762732980000},"ca"#,
        #"use":"rolling","closes":{"count":43190,"counts":[4318,4318,4318,4318,4318,4318,431"#,
        #"8,4318,4320,4326],"deciles":[90125.5,91300,92047.1,93111.25,94004.9,95210,96333.3,"#,
        #"97012.75,98450.2,99876,101999.9]},"configuration_hash":"57ddbc59d900ae1e6e7b5537b2"#,
        #"0bf86a68b8607f1f8b7f2189b0310fefecbe66","labels":{"count":42011,"mean_cost_bps":0,"#,
        #""profitable":19010},"labels_hash":"584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c"#,
        #"526ca9348f6bd6151","program":"0.2.0","returns":{"count":43186,"effective":8123.437"#,
        #"5,"volatility_bps":6.78125},"schema":1}"#,
    ]

    private static let baselineReleased = [
        #"{"by":null,"labels_hash":"584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348"#,
        #"f6bd6151","schema":1}"#,
    ]

    private static let driftChecked = [
        #"{"baseline":{"from_ms":1760140980000,"stale_minutes":3,"until_ms":1762732980000,"v"#,
        #"ersion":50},"cause":"schedule","configuration_hash":"57ddbc59d900ae1e6e7b5537b20bf"#,
        #"86a68b8607f1f8b7f2189b0310fefecbe66","current":{"candles_version":7,"digest":"5051"#,
        #"52535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f","from_ms":1762732980"#,
        #"000,"known_by_ms":1763337780000,"labels":{"labels_hash":"584ea1658875741c8eff0ffca"#,
        #"3843fd2c54c4a2d18edd0c526ca9348f6bd6151","version":19},"market":"binance/BTC-USDT:"#,
        #"USDT/1m","until_ms":1763337780000},"drifted":2,"evaluated":3,"labels":"all","label"#,
        #"s_hash":"584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348f6bd6151","outsid"#,
        #"e":64,"profile":"classic","program":"0.2.0","psi_counts":[0,12,118,640,901,1204,20"#,
        #"11,2300,1850,980],"schema":1,"severity":"critical","tests":[{"current":{"effective"#,
        #"":2214.5,"n":10079,"value":null},"drifted":true,"insufficient":null,"kind":"ks","p"#,
        #"_value":1.25e-9,"reference":{"effective":8123.4375,"n":43186,"value":null},"statis"#,
        #"tic":0.0371,"threshold":0.05},{"current":{"effective":null,"n":10080,"value":null}"#,
        #","drifted":true,"insufficient":null,"kind":"psi","p_value":null,"reference":{"effe"#,
        #"ctive":null,"n":43190,"value":null},"statistic":0.4321,"threshold":0.1},{"current""#,
        #":{"effective":812.25,"n":9870,"value":0.46},"drifted":false,"insufficient":null,"k"#,
        #"ind":"labels","p_value":null,"reference":{"effective":3411.5,"n":42011,"value":0.4"#,
        #"525},"statistic":0.0075,"threshold":0.1},{"current":{"effective":812.25,"n":9870,""#,
        #"value":17.5},"drifted":false,"insufficient":"reference_cost_not_positive","kind":""#,
        #"costs","p_value":null,"reference":{"effective":3411.5,"n":42011,"value":0},"statis"#,
        #"tic":null,"threshold":0.2}]}"#,
    ]

    private static let marketMonitored = [
        #"{"candles":1438,"from_ms":1763251380000,"gaps":1,"labels":{"exits":{"sl":611,"time"#,
        #"out":88,"tp":590},"mean_cost_bps":16.125,"profitable":601},"labels_hash":"584ea165"#,
        #"8875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348f6bd6151","missing":2,"outliers":0"#,
        #","schema":1,"trend":"unknown","trend_score":null,"until_ms":1763337780000,"volatil"#,
        #"ity":"high","volatility_bps":14.5,"volatility_ratio":2.138}"#,
    ]

    private static let decisionMade = [
        #"{"check":51,"configuration_hash":"57ddbc59d900ae1e6e7b5537b20bf86a68b8607f1f8b7f21"#,
        #"89b0310fefecbe66","end_ms":1763337780000,"intents":[{"action":"monitor","cause":"k"#,
        #"s and psi drifted (2 of 3 tests)"},{"action":"retrain","cause":"ks and psi drifted"#,
        #" (2 of 3 tests)"},{"action":"reduce_positions","cause":"ks and psi drifted (2 of 3"#,
        #" tests)"},{"action":"notify","cause":"ks and psi drifted (2 of 3 tests)"}],"labels"#,
        #"_hash":"584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348f6bd6151","level":"#,
        #""critical","previous_level":"warning","program":"0.2.0","schema":1,"severity":"cri"#,
        #"tical"}"#,
    ]

    private static let alertRaised = [
        #"{"alert":4,"cause":"ks and psi drifted (2 of 3 tests)","check":51,"configuration_h"#,
        #"ash":"57ddbc59d900ae1e6e7b5537b20bf86a68b8607f1f8b7f2189b0310fefecbe66","first_see"#,
        #"n_ms":1763337780000,"labels_hash":"584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c"#,
        #"526ca9348f6bd6151","level":"critical","replaces":3,"schema":1}"#,
    ]

    private static let alertAcknowledged = [
        #"{"alert":4,"by":"ada","note":null,"schema":1}"#
    ]

    private static let alertResolved = [
        #"{"alert":4,"check":63,"end_ms":1763596980000,"labels_hash":"584ea1658875741c8eff0f"#,
        #"fca3843fd2c54c4a2d18edd0c526ca9348f6bd6151","schema":1}"#,
    ]

    private static let alertDelivered = [
        #"{"alert":4,"attempts":3,"delivered":false,"detail":"exit status 7: \"no route\"",""#,
        #"schema":1,"sink":"pager"}"#,
    ]

    private static let tradingResumed = [
        #"{"by":"ada","labels_hashes":["584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca"#,
        #"9348f6bd6151","c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"],"#,
        #""reason":"exchange's outage, see ticket 31","schema":1}"#,
    ]
}
