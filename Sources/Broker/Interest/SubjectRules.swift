/// What subjects look like.
enum SubjectRules {
    /// Whether a subject is well formed and without wildcards.
    static func isLiteral(_ subject: Span<UInt8>) -> Bool {
        guard subject.count > 0 else { return false }
        var start = 0
        for index in 0...subject.count where index == subject.count || subject[index] == UInt8(ascii: ".") {
            let count = index - start
            if count == 0 { return false }
            if count == 1, subject[start] == UInt8(ascii: "*") || subject[start] == UInt8(ascii: ">") { return false }
            start = index + 1
        }
        return true
    }
}
