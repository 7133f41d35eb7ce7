internal import FuzzTargets
internal import Glibc

// libFuzzer brings `main`; `tools/fuzz` builds and runs the program.

/// The target that the environment names; without one, prints the names of all and ends.
private let target: FuzzTarget = {
    let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) }
    if let target = FuzzTarget.all.first(where: { $0.name == name }) { return target }
    for target in FuzzTarget.all { print(target.name) }
    exit(0)
}()

/// What libFuzzer calls with every input: https://llvm.org/docs/LibFuzzer.html#fuzz-target
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    do throws(Violation) {
        try target.check(input)
    } catch {
        fatalError(error.description)
    }
    return 0
}
