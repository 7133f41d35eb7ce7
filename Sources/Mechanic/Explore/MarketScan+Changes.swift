internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

extension MarketScan {
    /// What changed, in a fixed order.
    ///
    /// - Complexity: O(n log n) in the things that were touched.
    func changes(_ options: StateDiff.Options) -> [StateChange] {
        var changes: [StateChange] = []
        for part in StateChange.Part.allCases where options.parts.contains(part) {
            switch part {
            case .candles: changes += candleChanges
            case .labels: changes += labelChanges(options.labels)
            case .config: changes += configurationChanges
            case .baselines: changes += baselineChanges
            case .drift: changes += checkChanges
            case .decisions: changes += watchChanges + alertChanges
            case .tags: break
            }
        }
        guard let labels = options.labels else { return changes }
        // What is of no labelling stays: candles, and configurations by their own hash.
        return changes.filter { $0.part == .config || $0.hash == nil || $0.hash == labels }
    }

    private func change(
        _ part: StateChange.Part, _ kind: StateChange.Kind, _ subject: StateChange.Subject,
        _ touch: StateChange.Touch?, hash: Hash256? = nil
    ) -> StateChange {
        StateChange(
            market: market, hash: hash, part: part, kind: kind, subject: subject,
            touch: touch ?? StateChange.Touch())
    }

    private var candleChanges: [StateChange] {
        candles.keys.sorted().map { stamp in
            let net = candles[stamp]!
            let kind: StateChange.Kind =
                net.old == net.new
                ? .reverted : net.old != nil ? .changed : net.isLate ? .late : .added
            return change(.candles, kind, .candle(stamp, old: net.old, new: net.new), net.touch)
        }
    }

    private func labelChanges(_ only: Hash256?) -> [StateChange] {
        var changes: [StateChange] = []
        for labelling in after.labellings where only == nil || only == labelling.hash {
            let hash = labelling.hash
            if before.labelling(hash) == nil {
                changes.append(
                    change(.labels, .opened, .labelling, touches[.labelling(hash)], hash: hash))
            }
            let rows = closed[hash] ?? [:]
            for entry in rows.keys.sorted() {
                let net = rows[entry]!
                let kind: StateChange.Kind =
                    net.old == net.new
                    ? .reverted
                    : net.old == nil ? .closed : net.new == nil ? .retracted : .revised
                changes.append(
                    change(
                        .labels, kind, .label(entry, old: net.old, new: net.new), net.touch,
                        hash: hash))
            }
        }
        return changes
    }

    private var configurationChanges: [StateChange] {
        let (old, new) = (before.configuration.active, after.configuration.active)
        // What was in force before: the newest of those that left, else the newest.
        let base = old.last { !new.contains($0) } ?? old.last
        var changes = configurations.map { configuration in
            let (was, isNow) = (old.contains(configuration), new.contains(configuration))
            let kind: StateChange.Kind =
                was == isNow ? .reverted : isNow ? .activated : .deactivated
            let leaves =
                kind == .activated ? base.map { Self.leaves(from: $0, to: configuration) } : nil
            return change(
                .config, kind, .configuration(configuration, leaves: leaves ?? []),
                touches[.configuration(configuration.hash)], hash: configuration.hash)
        }
        // Those that stayed, in the order of both states.
        let stayed = (old.filter { new.contains($0) }, new.filter { old.contains($0) })
        if stayed.0 != stayed.1 {
            changes.append(
                change(
                    .config, .reordered, .order(old: old.map(\.hash), new: new.map(\.hash)),
                    touches[.order]))
        }
        return changes
    }

    /// The leaves in which two configurations differ.
    static func leaves(
        from old: IdentifiedConfiguration, to new: IdentifiedConfiguration
    ) -> [StateChange.Leaf] {
        let (one, other) = (old.configuration.json, new.configuration.json)
        let names = Set(((one.members ?? []) + (other.members ?? [])).map(\.name)).sorted()
        return names.compactMap { name in
            one[name] == other[name]
                ? nil : StateChange.Leaf(name: name, old: one[name], new: other[name])
        }
    }

    /// The labellings that both states know, in the order in which they were opened.
    private var hashes: [Hash256] { after.labellings.map(\.hash) }

    private var baselineChanges: [StateChange] {
        hashes.flatMap { hash -> [StateChange] in
            let (old, new) = (before.baselines[hash], after.baselines[hash])
            guard let new else { return [] }
            func told(_ kind: StateChange.Kind, _ touch: StateChange.Touch?) -> StateChange {
                change(.baselines, kind, .baseline(old: old, new: new), touch, hash: hash)
            }
            guard let old, old.version == new.version else {
                let recorded = touches[.baseline(hash)]
                let release = touches[.release(hash)]
                let isReleased =
                    !new.isPinned && (release?.position ?? .start) > (recorded?.position ?? .start)
                return [told(.recorded, recorded)] + (isReleased ? [told(.released, release)] : [])
            }
            var changes: [StateChange] = []
            if old.isPinned != new.isPinned {
                changes.append(told(.released, touches[.release(hash)]))
            }
            if old.staleMinutes != new.staleMinutes {
                let decisive = new.range.lowerBound..<max(new.range.lowerBound, new.knownBy)
                changes.append(told(.stale, revisions(in: decisive)))
            }
            return changes
        }
    }

    private var checkChanges: [StateChange] {
        hashes.compactMap { hash in
            let (old, new) = (before.drift[hash], after.drift[hash])
            guard old != new, let new else { return nil }
            let isChecked = old?.version != new.version
            // Minutes after its end were revised too, for the next check: this one never saw them.
            let stale = revisions(in: new.from..<max(new.from, new.end))
            guard isChecked || stale.events > 0 else { return nil }
            return change(
                .drift, isChecked ? .checked : .stale, .check(old: old, new: new),
                isChecked ? touches[.check(hash)] : stale, hash: hash)
        }
    }

    /// The events that revised minutes of a period.
    ///
    /// - Complexity: O(minutes revised between the points).
    private func revisions(in period: Range<Int64>) -> StateChange.Touch {
        var touch = StateChange.Touch()
        for revision in revisions where revision.stamps.contains(where: period.contains) {
            touch.note(revision.touch)
        }
        return touch
    }

    private var watchChanges: [StateChange] {
        hashes.flatMap { hash -> [StateChange] in
            let (old, new) = (before.operations[hash], after.operations[hash])
            var changes: [StateChange] = []
            if let touch = touches[.level(hash)], let new {
                changes.append(
                    change(
                        .decisions, old?.level == new.level ? .reverted : .level,
                        .level(old: old?.level, new: new.level), touch, hash: hash))
            }
            let (was, isNow) = (old?.pausedSince, new?.pausedSince)
            if let touch = touches[.pause(hash)] {
                let kind: StateChange.Kind =
                    was == isNow ? .reverted : isNow != nil ? .paused : .resumed
                changes.append(
                    change(.decisions, kind, .pause(old: was, new: isNow), touch, hash: hash))
            }
            return changes
        }
    }

    private var alertChanges: [StateChange] {
        let old = before.operations.alerts
        let new = after.operations.alerts
        let numbers = Set(old.map(\.number) + new.map(\.number)).union(raised.keys)
        return numbers.sorted().flatMap { number -> [StateChange] in
            let was = old.first { $0.number == number }
            let isNow = new.first { $0.number == number }
            let hash = (was ?? isNow)?.labelsHash ?? raised[number]?.labelsHash
            func told(_ kind: StateChange.Kind, _ key: Key) -> StateChange {
                change(
                    .decisions, kind, .alert(number, old: was, new: isNow), touches[key], hash: hash
                )
            }
            guard let was else { return [told(isNow == nil ? .reverted : .raised, .alert(number))] }
            guard let isNow else { return [told(.resolved, .alert(number))] }
            var changes: [StateChange] = []
            if was.acknowledgedBy != isNow.acknowledgedBy || was.note != isNow.note {
                changes.append(told(.acknowledged, .acknowledgement(number)))
            }
            if was.sinks != isNow.sinks { changes.append(told(.delivered, .delivery(number))) }
            return changes
        }
    }
}
