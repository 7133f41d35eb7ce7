internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import Projections
internal import SystemIO

/// `rebuild`: all projections made anew from the log.
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make all projections anew from the log.",
        discussion: """
            EXAMPLES
              mechanic-replay rebuild
              mechanic-replay rebuild --every 100000 --format json

            Needed when `status` says so: after a new version of the program, or where
            `verify --deep` finds damaged projections. Without it everything works too, only
            slower. Made in the shadow and exchanged in one commit: reading and updating go
            on meanwhile. Killed, it goes on where it was.
            """)

    @Option(help: ArgumentHelp("Keep progress every so many events.", valueName: "events"))
    var every = Rebuild.interval

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard every > 0 else { throw ValidationError("--every: must be positive") }
    }

    func run() throws {
        let store = try store.open()
        let bar = ProgressBar("rebuild", unit: "events", console: output.console)
        let started = SystemClock.monotonicNanoseconds()
        let rebuild = try Rebuild.run(store, interval: every) {
            bar.update(Int($0), of: Int($1))
        }
        let milliseconds = Double(SystemClock.monotonicNanoseconds() - started) / 1e6
        bar.finish()
        if rebuild.resumedAt > .start {
            output.console.say("went on at position \(rebuild.resumedAt)")
        }
        var printer = output.report
        printer.add("position", .integer(Int64(rebuild.position.number)))
        printer.add("resumed_at", .integer(Int64(rebuild.resumedAt.number)))
        printer.add(
            "events", .integer(Int64(rebuild.events)), people: Number.grouped(rebuild.events))
        DigestPrinter.add(rebuild.markets, as: "projections", to: &printer)
        printer.add("commits", .integer(Int64(rebuild.commits)))
        printer.add("ms", .number(milliseconds), people: Number.fixed(milliseconds, 1))
        printer.finish()
    }
}
