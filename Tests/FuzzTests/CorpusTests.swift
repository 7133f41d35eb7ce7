import FuzzTargets
import SystemIO
import Testing

/// Every kept input once more, without libFuzzer.
@Suite struct CorpusTests {
    static let corpus: String = {
        let file = #filePath
        return String(file[..<file.lastIndex(of: "/")!]) + "/../Fuzzers/Corpus"
    }()

    @Test(arguments: FuzzTarget.all.map(\.name)) func propertiesHold(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let inputs = try FileSystem.names(in: "\(Self.corpus)/\(name)")
        #expect(!inputs.isEmpty, "nothing is kept of \(name)")
        for input in inputs {
            let bytes = try FileBytes.read(path: "\(Self.corpus)/\(name)/\(input)")
            #expect(throws: Never.self, "\(name)/\(input)") { try target.check(bytes) }
        }
        try target.check([])
    }

    @Test func everyDirectoryIsATarget() throws {
        let names = try FileSystem.names(in: Self.corpus)
        #expect(names.sorted() == FuzzTarget.all.map(\.name).sorted())
    }
}
