internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import Glibc
internal import StoreModel
internal import SystemIO

/// Appends small commits at a steady pace, beside readers: what a live program does, in a hurry.
struct Writer: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Appends beside readers.", shouldDisplay: false)

    @Option var store: String
    @Option var seed: UInt64
    @Option(help: "Ends after so many commits.") var commits: Int
    @Option(help: "Ends after so many seconds.") var seconds = Double.infinity
    @Option(help: "Microseconds between commits.") var pause: UInt32 = 0

    func run() throws {
        let end = Double(SystemClock.monotonicNanoseconds()) + seconds * 1e9
        var random = SplitMix64(seed: seed)
        do {
            let store = try Stores.create(self.store)
            StandardStream.output.write("made\n")
            var done = 0
            while done < commits, Double(SystemClock.monotonicNanoseconds()) < end {
                try append(to: store, number: done, &random)
                done += 1
                usleep(pause)
            }
            StandardStream.output.write("commits \(done) bytes \(store.usedBytes)\n")
        } catch let error as EventStoreError {
            StandardStream.output.write("error \(error.code) \(error.message)\n")
            throw ExitCode(5)
        }
    }

    /// Four events of some 200 bytes in two streams, and records that are written over.
    private func append(to store: EventStore, number: Int, _ random: inout SplitMix64) throws {
        let streams = ["candles", "labels"].map { StreamID($0)! }
        let filler = String(repeating: "x", count: Int.random(in: 20...120, using: &random))
        let record = [UInt8](
            repeating: UInt8(truncatingIfNeeded: number),
            count: Int.random(in: 1...900, using: &random))
        try store.append(at: Workload.beginning + Int64(number) * 1_000_000) { commit in
            for index in 0..<4 {
                let payload = Array("{\"filler\":\"\(filler)\",\"number\":\(number)}".utf8)
                try commit.append(
                    EventData(type: .updateCompleted, payload: payload),
                    to: streams[index % 2], expecting: .any)
            }
            commit.setProjection([UInt8(number % 200)], record)
        }
    }
}
