internal import ArgumentParser

/// `bench`: what this machine can do.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure this machine.")
}
