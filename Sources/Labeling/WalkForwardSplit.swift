public import Market

/// Labels to train on and labels to test with, so that no training label has seen the test.
public struct WalkForwardSplit: Equatable, Sendable {
    /// Its number among the splits of a range, from 1 on.
    public let number: Int
    /// Entries to train on, milliseconds UTC; the end is not in it, and begins the embargo.
    public let train: Range<Int64>
    /// Entries to test with, milliseconds UTC.
    public let test: Range<Int64>
    /// The labels to train on: those of the range that were known before the embargo.
    public let trainLabels: Range<Int>
    /// Labels of the training range that are not trained on, although they lie among `trainLabels`:
    /// their span [entry, known) reaches into the embargo or the test. Ascending.
    public let purged: [Int]
    /// The labels to test with.
    public let testLabels: Range<Int>

    /// The split of labels that lie in these ranges.
    ///
    /// - Parameters:
    ///   - labels: in entry order; results are their indices.
    /// - Complexity: O(log labels + labels of the training range).
    public init(
        _ number: Int, of rules: WalkForward, from start: Int64, _ labels: [Label],
        timeframe: Timeframe
    ) {
        let ranges = rules.ranges(number, from: start)
        self.number = number
        train = ranges.train
        test = ranges.test
        trainLabels = Self.indices(of: labels, in: ranges.train)
        testLabels = Self.indices(of: labels, in: ranges.test)
        purged = trainLabels.filter { labels[$0].knownAt(timeframe) > ranges.train.upperBound }
    }

    /// The indices of the labels to train on, ascending.
    ///
    /// - Complexity: O(labels of the training range).
    public var trained: [Int] {
        var next = purged.makeIterator()
        var skipped = next.next()
        return trainLabels.filter { index in
            guard index == skipped else { return true }
            skipped = next.next()
            return false
        }
    }

    private static func indices(of labels: [Label], in range: Range<Int64>) -> Range<Int> {
        first(labels, atOrAfter: range.lowerBound)..<first(labels, atOrAfter: range.upperBound)
    }

    private static func first(_ labels: [Label], atOrAfter time: Int64) -> Int {
        var (low, high) = (0, labels.count)
        while low < high {
            let middle = (low + high) / 2
            if labels[middle].entryTime < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension WalkForward {
    /// Most splits that are made at once.
    public static let maximumSplits = 100_000

    /// All splits of a range.
    ///
    /// - Parameter labels: in entry order.
    /// - Throws: ``Invalid`` where there are more than ``maximumSplits``.
    /// - Complexity: O(splits × labels of a training range).
    public func splits(
        over range: Range<Int64>, _ labels: [Label], timeframe: Timeframe
    ) throws(Invalid) -> [WalkForwardSplit] {
        let count = count(over: range)
        guard count <= Self.maximumSplits else {
            throw Invalid(
                description: "step: \(count) splits, more than \(Self.maximumSplits): make it "
                    + "longer or the range shorter")
        }
        return (0..<count).map {
            WalkForwardSplit(
                $0 + 1, of: self, from: range.lowerBound, labels, timeframe: timeframe)
        }
    }
}
