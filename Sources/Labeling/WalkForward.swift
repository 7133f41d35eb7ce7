/// How walk-forward splits lie in market time: a range to train on, an embargo, a range to test on,
/// then the same a step later.
///
///     train            embargo  test
///     |----------------|........|---|
///         |----------------|........|---|     a step later
///
/// What is tested was never trained on: a split trains on nothing from the beginning of the embargo
/// on, neither inside its test range nor after it.
///
/// Source: M. López de Prado, "Advances in Financial Machine Learning", chapter 7.
public struct WalkForward: Equatable, Sendable {
    /// Length of the range to train on, milliseconds.
    public let train: Int64
    /// Length of the range to test on, milliseconds.
    public let test: Int64
    /// From the end of training to the beginning of the test, milliseconds.
    public let embargo: Int64
    /// From the beginning of a test to that of the next, milliseconds.
    public let step: Int64

    /// 60 days, 1 day, 120 minutes, 1 day.
    public static let standard = WalkForward(
        checkedTrain: 60 * 86_400_000, test: 86_400_000, embargo: 120 * 60_000, step: 86_400_000)

    /// Lengths that make no splits.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// Which length, what is wrong with it, and what to do.
        public let description: String
    }

    /// Longest length: a thousand years, so that no arithmetic overflows.
    private static let limit: Int64 = 366_000 * 86_400_000

    /// Splits of these lengths, in milliseconds.
    ///
    /// - Parameter step: nil for the length of a test.
    /// - Throws: ``Invalid`` where a range is empty, or a test would overlap the next.
    public init(
        train: Int64, test: Int64, embargo: Int64, step: Int64? = nil
    ) throws(Invalid) {
        let step = step ?? test
        for (name, length, least) in [
            ("train", train, Int64(1)), ("test", test, 1), ("embargo", embargo, 0),
            ("step", step, 1),
        ] {
            guard length >= least else {
                throw Invalid(description: "\(name): must be longer than nothing")
            }
            guard length <= Self.limit else {
                throw Invalid(description: "\(name): longer than a thousand years")
            }
        }
        guard step >= test else {
            throw Invalid(
                description: "step: shorter than test, so that tests would overlap and a label be "
                    + "tested twice; make it as long as test at least")
        }
        self.init(checkedTrain: train, test: test, embargo: embargo, step: step)
    }

    init(checkedTrain train: Int64, test: Int64, embargo: Int64, step: Int64) {
        self.train = train
        self.test = test
        self.embargo = embargo
        self.step = step
    }

    /// How many splits lie in a range as a whole.
    ///
    /// - Parameter range: stamps, milliseconds UTC, of years that a calendar has.
    /// - Complexity: O(1).
    public func count(over range: Range<Int64>) -> Int {
        let room = range.upperBound - range.lowerBound - (train + embargo + test)
        return room < 0 ? 0 : Int(room / step) + 1
    }

    /// Where a split of a range lies.
    ///
    /// - Parameter number: from 1 on.
    /// - Complexity: O(1).
    public func ranges(
        _ number: Int, from start: Int64
    ) -> (train: Range<Int64>, test: Range<Int64>) {
        precondition(number >= 1, "splits are counted from 1")
        let first = start + Int64(number - 1) * step
        let tested = first + train + embargo
        return (first..<first + train, tested..<tested + test)
    }
}
