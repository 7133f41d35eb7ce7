import Synchronization
import SystemIO
import Testing

@Suite struct FileReaderTests {
    @Test func anyPlaceIsRead() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/file"
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try FileSystem.writeAtomically(bytes, to: path)
        let file = try FileReader(path: path)
        #expect(try file.length() == bytes.count)
        for range in [0..<1, 0..<10_000, 4_096..<8_192, 9_999..<10_000, 5..<5] {
            #expect(try file.read(at: range.lowerBound, count: range.count) == Array(bytes[range]))
        }
        #expect(try file.read(at: 9_000, count: 5_000) == Array(bytes[9_000...]))
        #expect(try file.read(at: 20_000, count: 10) == [])
    }

    @Test func otherThingsAreRefused() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: SystemError(code: 21, path: directory.path, action: "read")) {
            try FileReader(path: directory.path)
        }
        #expect(throws: SystemError(code: 22, path: "/dev/null", action: "read")) {
            try FileReader(path: "/dev/null")
        }
        let error = #expect(throws: SystemError.self) {
            try FileReader(path: "\(directory.path)/none")
        }
        #expect(error?.isMissing == true)
    }
}

@Suite struct WorkerThreadTests {
    @Test func joinWaitsForTheEnd() {
        let count = Atomic<Int>(0)
        for round in 1...50 {
            let sum = Sum()
            if let thread = WorkerThread({ for number in 1...1_000 { sum.add(number) } }) {
                thread.join()
                #expect(sum.value == 500_500, "round \(round)")
                count.wrappingAdd(1, ordering: .relaxed)
            }
        }
        #expect(count.load(ordering: .relaxed) == 50)
    }

    private final class Sum: Sendable {
        private let sum = Atomic<Int>(0)
        var value: Int { sum.load(ordering: .relaxed) }
        func add(_ number: Int) { sum.wrappingAdd(number, ordering: .relaxed) }
    }
}
