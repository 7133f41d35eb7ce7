import Foundation
import SystemIO
import Testing

struct SystemClockTests {
    @Test func microsecondsAreThoseOfTheDay() {
        let difference = Date().timeIntervalSince1970 * 1e6 - Double(SystemClock.microseconds())
        #expect(abs(difference) < 5e6)
    }

    @Test func monotonicNeverGoesBack() {
        var last = SystemClock.monotonicNanoseconds()
        for _ in 0..<10_000 {
            let now = SystemClock.monotonicNanoseconds()
            #expect(now >= last)
            last = now
        }
    }

    @Test func aPipeHasNoWidth() {
        for stream in [Terminal.output, .error] where !stream.isTerminal {
            #expect(stream.width == nil)
        }
    }
}
