import Market
import Testing

/// Settings with several values.
struct ConfigurationSweepTests {
    @Test func combinations() throws {
        #expect(try ConfigurationSweep([]).combinations == [[]])
        #expect(try ConfigurationSweep(["a=1"]).combinations == [["a=1"]])
        #expect(
            try ConfigurationSweep(["a=1,2", "b=x", "c=3,4"]).combinations == [
                ["a=1", "b=x", "c=3"], ["a=1", "b=x", "c=4"], ["a=2", "b=x", "c=3"],
                ["a=2", "b=x", "c=4"],
            ])
    }

    @Test(arguments: [
        (["a"], "expected leaf=value,value"), (["a="], "a value is missing"),
        (["a=1,,2"], "a value is missing"), (["a=1,2,"], "a value is missing"),
        (["a=1,2,1"], "1 is there twice"),
    ])
    func refusals(_ settings: [String], mentions hint: String) {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationSweep(settings) }
        #expect(error?.description.contains(hint) == true)
    }

    @Test func tooMany() {
        let ten = (0..<10).map { "\($0)" }.joined(separator: ",")
        let most = ["a=\(ten)", "b=\(ten)", "c=\(ten)"]
        #expect(throws: Never.self) { try ConfigurationSweep(most) }
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationSweep(most + ["d=1,2"])
        }
        #expect(
            error?.description
                == "flag --set: 10 × 10 × 10 × 2 = 2000 configurations; 1000 at most: sweep in "
                + "parts")
        let many = [String](repeating: "a=\(ten)", count: 40)
        #expect(throws: ConfigurationError.self) { try ConfigurationSweep(many) }
    }
}
