internal import EventStorage
internal import StoreModel

/// Random appends beside a model, reopening now and then.
struct ModelRun {
    private let parameters: Case

    init(_ parameters: Case) { self.parameters = parameters }

    func run(_ counts: inout Counts) throws {
        var random = parameters.random
        var workload = Workload(seed: parameters.seed)
        let path = "\(parameters.directory)/store"
        var store: EventStore? = try Stores.create(path)
        for number in 1...200 {
            try workload.next().apply(to: store!)
            try workload.model.check(store!)
            if number.isMultiple(of: 10) { try store!.requireClean() }
            if random.chance(10) {
                store = nil
                store = try Stores.open(path)
                counts.add("reopenings")
            }
        }
        try workload.model.checkEverything(store!)
        try store!.requireClean()
        counts.add("steps", 200)
        counts.add("commits", Int(workload.model.commits))
        counts.add("events", workload.model.events.count)
    }
}
