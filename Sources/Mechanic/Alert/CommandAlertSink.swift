internal import SystemIO

/// Runs a command of the shell for each alert, with the alert and a newline on its standard input.
///
/// Exit code 0 says that the alert was taken; anything else is tried again. The command's standard
/// output is discarded; the first line of its standard error says why it failed.
public struct CommandAlertSink: AlertSink {
    /// `command:` and the command.
    ///
    /// It is recorded with every delivery: a password has no place in it.
    public let name: String
    private let command: String
    private let limit: Duration
    private let attempts: Int
    private let pause: Duration

    /// A sink for a command.
    ///
    /// - Parameters:
    ///   - command: as `/bin/sh -c` takes it.
    ///   - limit: how long one attempt may take; then the command and what it started are killed.
    ///   - attempts: how often it is tried at most.
    ///   - pause: the time between the first two attempts; each later one is twice as long.
    /// - Precondition: `attempts` is positive.
    public init(
        command: String, limit: Duration = .seconds(10), attempts: Int = 3,
        pause: Duration = .milliseconds(200)
    ) {
        precondition(attempts > 0, "an alert is to be tried at least once")
        name = "command:\(command)"
        self.command = command
        self.limit = limit
        self.attempts = attempts
        self.pause = pause
    }

    /// Runs the command until it takes the alert, or was tried often enough.
    public func deliver(_ alert: [UInt8]) -> AlertDelivery {
        let input = alert + [0x0A]
        var pause = pause
        var attempt = 1
        while true {
            guard let failure = failure(input) else {
                return AlertDelivery(isDelivered: true, attempts: attempt)
            }
            if attempt == attempts {
                return AlertDelivery(isDelivered: false, attempts: attempt, detail: failure)
            }
            SystemClock.sleep(pause)
            pause *= 2
            attempt += 1
        }
    }

    /// Tries it once: why it failed, or nil.
    private func failure(_ input: [UInt8]) -> String? {
        do throws(SystemError) {
            let outcome = try ChildProcess.run(
                "/bin/sh", ["-c", command], input: input, limit: limit)
            if outcome.end == .exited(0) { return nil }
            let end = outcome.end == .timedOut ? "no end in \(limit)" : outcome.end.description
            let said = outcome.errors.split(separator: 0x0A).first
            return said.map { "\(end): \(String(decoding: $0, as: UTF8.self))" } ?? end
        } catch {
            return error.description
        }
    }
}
