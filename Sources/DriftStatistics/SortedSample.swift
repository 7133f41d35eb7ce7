/// The numbers of a sample in ascending order: finite, and 0 for −0.
///
/// Sorting is most of the work of a test, so a sample is kept and slid along with its window.
public struct SortedSample: Equatable, Sendable {
    /// The numbers, ascending.
    public private(set) var values: [Double]

    /// Sorts numbers of any order; nil where one of them is NaN or infinite.
    ///
    /// - Complexity: O(n), by digits.
    public init?(_ values: [Double]) {
        guard let sorted = RadixSort.sorted(values) else { return nil }
        self.values = sorted
    }

    /// How many numbers there are.
    public var count: Int { values.count }

    /// Whether there are no two different numbers; so it is without any, too.
    public var isConstant: Bool { values.first == values.last }

    /// Takes numbers out and puts others in: the sample is then what a fresh sort gives.
    ///
    /// Runs between two changed places are copied whole.
    ///
    /// - Parameters:
    ///   - removing: in any order; each must be in the sample, as often as it is named.
    ///   - adding: in any order; finite. What is added is not there yet when others are removed.
    /// - Complexity: O(n + k log k + k log n) for k numbers in all.
    public mutating func slide(removing: [Double], adding: [Double]) {
        guard let removed = RadixSort.small(removing), let added = RadixSort.small(adding) else {
            preconditionFailure("a sample holds finite numbers only")
        }
        var result: [Double] = []
        result.reserveCapacity(values.count + added.count)
        var copied = 0
        var (out, into) = (0, 0)
        while out < removed.count || into < added.count {
            // Removals before additions of the same number: which of the equals goes is no matter.
            let removes =
                into == added.count || (out < removed.count && removed[out] <= added[into])
            let value = removes ? removed[out] : added[into]
            let place = firstIndex(notBelow: value, from: copied)
            result += values[copied..<place]
            copied = place
            if removes {
                precondition(
                    place < values.count && values[place] == value,
                    "a number to remove is in the sample")
                copied += 1
                out += 1
            } else {
                result.append(value)
                into += 1
            }
        }
        result += values[copied...]
        values = result
    }

    /// The first index from `start` whose number is not below `value`; ``count`` if none is.
    ///
    /// - Complexity: O(log n).
    func firstIndex(notBelow value: Double, from start: Int = 0) -> Int {
        var (low, high) = (start, values.count)
        while low < high {
            let middle = low + (high - low) / 2
            if values[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
