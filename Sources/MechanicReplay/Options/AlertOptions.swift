internal import ArgumentParser
internal import CanonicalJSON
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// Where an update brings alerts.
struct AlertOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Append each open alert to this file, a line of JSON; may be given more than once "
                + "(default: $MECHANIC_ALERT_FILE).", valueName: "path"))
    var alertFile: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run this for each open alert, the line on its standard input; may be given more than "
                + "once (default: $MECHANIC_ALERT_COMMAND).", valueName: "command"))
    var alertCommand: [String] = []

    func validate() throws {
        for (flag, values) in [("--alert-file", alertFile), ("--alert-command", alertCommand)]
        where values.contains(where: { $0.allSatisfy(\.isWhitespace) }) {
            throw ValidationError("\(flag): is empty; leave it out to deliver alerts nowhere")
        }
    }

    /// The sinks; what is named twice is one.
    var sinks: [any AlertSink] {
        let files = Self.values(alertFile, ConfigurationSources.alertFileVariable)
        let commands = Self.values(alertCommand, ConfigurationSources.alertCommandVariable)
        var sinks: [any AlertSink] = []
        for sink in files.map({ FileAlertSink(path: $0) as any AlertSink })
            + commands.map({ CommandAlertSink(command: $0) })
        where !sinks.contains(where: { $0.name == sink.name }) {
            sinks.append(sink)
        }
        return sinks
    }

    private static func values(_ given: [String], _ variable: String) -> [String] {
        let values = given.isEmpty ? ProcessEnvironment.value(variable).map { [$0] } ?? [] : given
        return values.filter { !$0.allSatisfy(\.isWhitespace) }
    }
}

/// Brings alerts of one command's updates to the sinks.
struct AlertDesk {
    private var sinks: [any AlertSink]

    init(_ options: AlertOptions) { sinks = options.sinks }

    /// Brings a market's open alerts to the sinks, after the commit of its update: whatever fails
    /// there is a warning, and the update stays done.
    ///
    /// A sink that failed is not asked again by this command: a command that hangs would take its
    /// time for every market. The next update asks it.
    mutating func deliver(
        _ updater: Updater, at now: Int64, _ console: Console
    ) -> [AlertDelivered] {
        guard !sinks.isEmpty else { return [] }
        do {
            let deliveries = try AlertDispatch.run(updater, to: sinks, at: now).deliveries
            for delivery in deliveries where !delivery.isDelivered {
                console.say(
                    "warning: \(updater.market): alert \(delivery.alert) did not get to "
                        + "\(delivery.sink): \(delivery.detail); the next update tries again")
                sinks.removeAll { $0.name == delivery.sink }
            }
            return deliveries
        } catch {
            let reason = Failure(error)?.message ?? "\(error)"
            console.say("warning: \(updater.market): alerts are not delivered: \(reason)")
            return []
        }
    }
}
