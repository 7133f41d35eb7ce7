import Mechanic
import SystemIO
import Testing

/// Alerts reach files and commands, and what does not arrive is said.
struct AlertSinkTests {
    private let alert = Array(#"{"market":"BTC","kind":"drift"}"#.utf8)

    private func text(_ path: String) throws -> String {
        String(decoding: try FileBytes.read(path: path), as: UTF8.self)
    }

    private func sink(
        _ command: String, limit: Duration = .seconds(60), attempts: Int = 3
    ) -> CommandAlertSink {
        CommandAlertSink(
            command: command, limit: limit, attempts: attempts, pause: .milliseconds(1))
    }

    // MARK: Files

    @Test func aFileGetsALineForEachAlert() throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/alerts.jsonl"
        let sink = FileAlertSink(path: path)
        #expect(sink.name == "file:\(path)")
        let delivered = AlertDelivery(isDelivered: true, attempts: 1)
        #expect(sink.deliver(alert) == delivered)
        #expect(sink.deliver(Array("{}".utf8)) == delivered)
        #expect(try text(path) == #"{"market":"BTC","kind":"drift"}"# + "\n{}\n")
    }

    @Test func aTornLineIsNotContinued() throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/alerts.jsonl"
        try FileSystem.writeAtomically(Array("{}\n{\"ma".utf8), to: path)
        #expect(FileAlertSink(path: path).deliver(Array("{}".utf8)).isDelivered)
        #expect(try text(path) == "{}\n{\"ma\n{}\n")
    }

    @Test func aPathThatCannotBeWrittenIsSaid() throws {
        let scratch = try Scratch()
        let missing = FileAlertSink(path: "\(scratch.path)/no/alerts").deliver(alert)
        #expect(!missing.isDelivered && missing.attempts == 1)
        #expect(missing.detail.contains("no such file"))
        let directory = FileAlertSink(path: scratch.path).deliver(alert)
        #expect(directory.detail.contains("is a directory"))
    }

    // MARK: Commands

    @Test func aCommandGetsTheAlert() throws {
        let scratch = try Scratch()
        let sink = sink("cat > \(scratch.path)/got; echo aside; echo aside >&2")
        #expect(sink.name == "command:cat > \(scratch.path)/got; echo aside; echo aside >&2")
        #expect(sink.deliver(alert) == AlertDelivery(isDelivered: true, attempts: 1))
        #expect(try FileBytes.read(path: "\(scratch.path)/got") == alert + [0x0A])
    }

    @Test func aCommandThatFailsAtFirstIsTriedAgain() throws {
        let scratch = try Scratch()
        let count = "\(scratch.path)/count"
        let sink = sink("echo x >> \(count); cat > \(count).got; [ $(wc -l < \(count)) -ge 3 ]")
        #expect(sink.deliver(alert) == AlertDelivery(isDelivered: true, attempts: 3))
        #expect(try FileBytes.read(path: "\(count).got") == alert + [0x0A])
    }

    @Test(arguments: [
        ("exit 7", "exit code 7"),
        ("printf '\\n\\nno route\\nmore' >&2; exit 7", "exit code 7: no route"),
        ("printf 'a\\033[31mb\\tc' >&2; exit 1", "exit code 1: a [31mb c"),
        ("kill -9 $$", "SIGKILL"), ("kill -15 $$", "SIGTERM"),
    ])
    func aFailureIsSaid(_ command: String, _ detail: String) {
        let delivery = sink(command, attempts: 2).deliver(alert)
        #expect(delivery == AlertDelivery(isDelivered: false, attempts: 2, detail: detail))
    }

    @Test func aProgramThatIsNotThereIsSaid() {
        let delivery = sink("/nonexistent/page --now", attempts: 1).deliver(alert)
        #expect(!delivery.isDelivered)
        #expect(delivery.detail.hasPrefix("exit code 127: "))
        #expect(delivery.detail.contains("/nonexistent/page"))
    }

    @Test func aCommandThatHangsIsGivenUp() {
        let start = SystemClock.monotonicNanoseconds()
        let delivery = sink(
            "echo stuck >&2; sleep 1000 & wait", limit: .milliseconds(300), attempts: 2
        ).deliver(alert)
        let time = SystemClock.monotonicNanoseconds() - start
        #expect(
            delivery
                == AlertDelivery(
                    isDelivered: false, attempts: 2, detail: "no end in 0.3 seconds: stuck"))
        #expect(time >= 600_000_000 && time < 10_000_000_000)
    }

    @Test func pausesGrow() {
        let start = SystemClock.monotonicNanoseconds()
        let sink = CommandAlertSink(command: "exit 1", attempts: 4, pause: .milliseconds(20))
        #expect(sink.deliver(alert).attempts == 4)
        #expect(SystemClock.monotonicNanoseconds() - start >= 140_000_000)
    }

    @Test func aLargeAlertThatIsNotReadIsNoTrouble() {
        let large = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(sink("exit 0").deliver(large).isDelivered)
        #expect(sink("exit 5", attempts: 1).deliver(large).detail == "exit code 5")
    }

    // MARK: Details

    @Test func aDetailIsOneShortLine() {
        let long = String(repeating: "é\u{1}\u{202E}\u{2028}\u{85}", count: 100)
        let detail = AlertDelivery(isDelivered: false, attempts: 1, detail: long).detail
        #expect(detail.count == AlertDelivery.maximumDetail)
        #expect(detail.hasPrefix("é    é") && detail.hasSuffix("…"))
        let whole = String(repeating: "x", count: AlertDelivery.maximumDetail)
        #expect(AlertDelivery(isDelivered: false, attempts: 1, detail: whole).detail == whole)
    }
}
