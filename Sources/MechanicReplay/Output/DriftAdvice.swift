internal import DriftStatistics
internal import Market
internal import Mechanic
internal import Projections

/// What a drift report advises, and words for its findings.
enum DriftAdvice {
    /// What to do about a check, and about what is in force.
    static func actions(_ answer: DriftAnswer) -> [String] {
        let severity = answer.check.severity
        var actions = actions(severity, answer)
        guard let watch = answer.inquiry.watch else { return actions }
        if watch.level > max(severity, .none) {
            actions.append(
                "The level in force is \(watch.level.title), held by an earlier check: act on it "
                    + "until it falls.")
        }
        if watch.pausedSince != nil {
            actions.append(
                "Trading is paused until somebody says: "
                    + answer.words("resume").joined(separator: " "))
        }
        return actions
    }

    private static func actions(_ severity: DriftSeverity, _ answer: DriftAnswer) -> [String] {
        let policy = answer.policy
        return switch severity {
        case .none:
            [
                "Nothing to do: go on trading and updating.",
                "The next check comes with the first update past a multiple of "
                    + "\(policy.checkHours) hours UTC.",
            ]
        case .warning:
            [
                "Watch the next checks: one test alone often flaps.",
                "Look at how it moved before: "
                    + answer.words("drift").joined(separator: " ") + " --history",
            ]
        case .critical:
            [
                "Retrain the model on recent labels.",
                "Reduce position sizes until checks are calm again.",
                "Acknowledge the alert, so that others know who looks at it.",
            ]
        case .severe:
            [
                answer.inquiry.watch?.isResumed == true
                    ? "Trade smaller: somebody let trading go on in this very episode."
                    : "Pause trading.",
                "Look at the inputs first: gaps, revised candles, changed fees.",
                "Retrain the model on labels from after the change, and test it before trading "
                    + "goes on.",
            ]
        case .insufficientData:
            [
                "This is no all-clear: nothing is known about drift.",
                "Give the market more history, or lower the minimums where few are enough: "
                    + "\(Number.grouped(policy.minimumRows)) rows, "
                    + "\(Number.grouped(policy.leastLabels)) labels.",
            ]
        }
    }

    /// Why a test was not evaluated.
    static func words(_ reason: DriftTest.Insufficiency, _ minimum: Int) -> String {
        switch reason {
        case .notANumber: "a value is no number"
        case .empty: "a side has none"
        case .short: "a side has fewer than \(Number.grouped(minimum))"
        case .constant: "a side does not vary"
        case .referenceCost: "there is no ratio"
        }
    }
}

extension DriftSeverity {
    /// As reports shout it: `SEVERE`, `INSUFFICIENT_DATA`.
    var title: String { rawValue.uppercased() }

    /// A symbol for it, or a plain one.
    func mark(isPlain: Bool) -> String {
        switch self {
        case .insufficientData: isPlain ? "[?]" : "❔"
        case .none: isPlain ? "[ok]" : "✅"
        case .warning: isPlain ? "[!]" : "⚠️"
        case .critical: isPlain ? "[!!]" : "🔶"
        case .severe: isPlain ? "[!!!]" : "🚨"
        }
    }
}
