extension Unicode.Scalar {
    /// Whether it may stand in a line that is kept for ever and printed on other people's terminals:
    /// nothing that moves a cursor, ends a line, or turns the direction of what follows, so that a
    /// text cannot read as another one.
    var isPlain: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: !properties.isBidiControl
        }
    }
}
