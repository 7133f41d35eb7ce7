internal import ArgumentParser
internal import EventStorage
internal import Labeling
internal import Market
internal import Mechanic
internal import SystemIO

/// An error with the exit code that scripts see.
struct Failure: Error {
    /// The exit codes of the contract.
    enum Code: Int32 {
        case difference = 1
        case cannotRun = 2
        case usage = 64
        case badData = 65
        case noInput = 66
        case cannotCreate = 73
        case inputOutput = 74
        case locked = 75
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The library's errors in the command's codes; nil for errors of the parser.
    init?(_ error: any Error) {
        switch error {
        case let error as EventStoreError: self.init(Self.code(error.code), error.message)
        case let error as SystemError:
            self.init(error.isMissing ? .noInput : .inputOutput, error.description)
        case let error as GzipError: self.init(.badData, error.description)
        case let error as CandleFileError: self.init(.badData, error.description)
        case let error as BlameError: self.init(.noInput, error.description)
        case let error as OperationError: self.init(.cannotRun, error.description)
        case let error as TrainingError:
            self.init(error.kind == .malformed ? .badData : .difference, error.description)
        case let error as WalkForward.Invalid: self.init(.usage, "--\(error.description)")
        case let error as LabelingConfiguration.Invalid: self.init(.badData, error.description)
        case let error as ConfigurationError:
            self.init(error.source == .file ? .badData : .usage, error.description)
        default: return nil
        }
    }

    private static func code(_ code: EventStoreError.Code) -> Code {
        switch code {
        case .storeNotFound: .noInput
        case .storeExists, .cannotCreate, .fileExists: .cannotCreate
        case .corrupted, .rootMismatch: .difference
        case .invalidBackup: .badData
        case .locked, .inUse: .locked
        case .diskFull, .broken, .inputOutput: .inputOutput
        case .invalidPoint: .usage
        default: .cannotRun
        }
    }

    /// Says what happened on standard error and ends the program.
    func exit() -> Never {
        // The parser may have failed: the flag is looked for in the words themselves.
        let isPlain = CommandLine.arguments.contains("--no-color")
        let mark = Console.colors(.error) && !isPlain ? "\u{1B}[31merror:\u{1B}[0m" : "error:"
        StandardStream.error.write("\(mark) \(message)\n")
        MechanicReplay.exit(withError: ExitCode(code.rawValue))
    }
}
