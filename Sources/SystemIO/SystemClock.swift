import Glibc

/// The machine's clocks.
public enum SystemClock {
    /// The time of day: microseconds since 1970 UTC. It may be set back.
    public static func microseconds() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// Nanoseconds since some moment of the past; never goes back. For measuring durations.
    public static func monotonicNanoseconds() -> Int64 {
        let time = read(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Does nothing for a while.
    public static func sleep(_ duration: Duration) {
        let end = deadline(after: duration)
        while case let left = end - monotonicNanoseconds(), left > 0 {
            var rest = timespec(
                tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            // A signal that came in ends it early: then it sleeps again.
            _ = unsafe nanosleep(&rest, nil)
        }
    }

    /// The moment of ``monotonicNanoseconds()`` at which a time that begins now has passed.
    static func deadline(after limit: Duration) -> Int64 {
        // Thirty years are enough for anybody, and do not overflow.
        let (seconds, attoseconds) = min(max(limit, .zero), .seconds(1_000_000_000)).components
        return monotonicNanoseconds() + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let status = unsafe clock_gettime(clock, &time)
        precondition(status == 0, "the machine has no clock \(clock)")
        return time
    }
}
