/// Settings with several values each, and the combinations of them.
///
///     let sweep = try ConfigurationSweep(["take_profit_bps=10,15", "stop_loss_bps=5,10"])
///     sweep.combinations  // 4, the last setting changing fastest
public struct ConfigurationSweep: Equatable, Sendable {
    /// Most combinations that a sweep may have.
    public static let limit = 1_000

    /// The settings as `--set` takes them, for each combination; one without any where nothing is set.
    public let combinations: [[String]]

    /// Reads settings `leaf=value,value,…`. Whether leaves and values are any, ``ConfigurationSources``
    /// says of each combination.
    ///
    /// - Throws: ``ConfigurationError`` for a setting without a value, a value said twice, and for more
    ///   combinations than ``limit``, with their number.
    /// - Complexity: O(combinations).
    public init(_ settings: [String]) throws(ConfigurationError) {
        var parts: [[String]] = []
        for setting in settings { parts.append(try Self.values(of: setting)) }
        var count = 1
        for part in parts {
            let (product, overflow) = count.multipliedReportingOverflow(by: part.count)
            count = overflow ? .max : product
        }
        guard count <= Self.limit else {
            throw ConfigurationError(
                .flag,
                "flag --set: \(parts.map { "\($0.count)" }.joined(separator: " × ")) = \(count) "
                    + "configurations; \(Self.limit) at most: sweep in parts")
        }
        combinations = parts.reduce([[]]) { combinations, values in
            combinations.flatMap { head in values.map { head + [$0] } }
        }
    }

    private static func values(of setting: String) throws(ConfigurationError) -> [String] {
        guard let equals = setting.firstIndex(of: "=") else {
            throw ConfigurationError(
                .flag,
                "--set \(setting): expected leaf=value,value,…, such as take_profit_bps=10,15,20")
        }
        let name = setting[...equals]
        let texts = setting[setting.index(after: equals)...].split(
            separator: ",", omittingEmptySubsequences: false)
        guard texts.allSatisfy({ !$0.isEmpty }) else {
            throw ConfigurationError(.flag, "--set \(setting): a value is missing")
        }
        var values: [String] = []
        for text in texts {
            guard !values.contains("\(name)\(text)") else {
                throw ConfigurationError(.flag, "--set \(setting): \(text) is there twice")
            }
            values.append("\(name)\(text)")
        }
        return values
    }
}
