internal import ArgumentParser

/// Breaks stores in every way it knows, and checks that nothing acknowledged is lost.
@main
struct Simulator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulator",
        abstract: "Breaks stores in every way it knows, and checks what is left of them.",
        discussion: """
            EXAMPLES:
              simulator --seconds 60                  every mode, ten seconds each
              simulator kills power --seconds 600
              simulator power --seed 42 --cases 1     one case again
            """,
        subcommands: [Run.self, Worker.self, Writer.self, Reader.self],
        defaultSubcommand: Run.self)
}
