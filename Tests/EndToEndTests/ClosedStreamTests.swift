import Foundation
import Testing

/// A caller that closes standard streams, as daemons do. The store's files once took their numbers,
/// and the first line printed destroyed the store, with exit code 0.
struct ClosedStreamTests {
    @Test(arguments: [
        ">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&-", "<&- 2>&-", "<&- >&- 2>&-",
    ])
    func theStoreIsNotWrittenOver(closing: String) throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 120))
        let symbol = ["--symbol", "BTC/USDT"]
        #expect(try scratch.run(["update", "--candles", "a.csv"] + symbol).code == 0)
        for verb in ["status", "labels --symbol BTC/USDT", "verify", "log"] {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", "'\(Command.path)' \(verb) \(closing)"]
            shell.environment = ["MECHANIC_STORE": scratch.store]
            shell.standardOutput = FileHandle.nullDevice
            shell.standardError = FileHandle.nullDevice
            try shell.run()
            shell.waitUntilExit()
        }
        #expect(try scratch.run("verify", "--recompute").code == 0)
    }
}
