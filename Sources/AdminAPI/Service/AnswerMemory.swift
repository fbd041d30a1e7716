import Administration
import Claims
import Synchronization

/// Answers that were given, for who asks the same again while nothing in the directory has changed.
///
/// Whether an answer may be given is found anew with each request: the token's id and secret are those that it was given to,
/// the directory is as it was, and with it the token's grants, whether it was taken back, and everything that the answer says.
/// The rest, which is not in the directory, is for who asks here: whether the token has expired, and how often it may ask.
final class AnswerMemory: Sendable {
    /// The most bytes of all answers, with what they are found by.
    static let room = 4 << 20
    /// The largest answer, in bytes.
    static let largest = 16 << 10
    /// What one takes beside its texts, about.
    private static let overhead = 1 << 10

    struct Question: Sendable {
        /// The path with its query.
        let target: String
        let bearer: BearerText
        /// ``Directory/stateNumber`` before anything was read for the answer.
        let state: Int64
    }

    private struct Key: Hashable {
        let target: String
        let token: String
    }

    private struct Known {
        let question: Question
        let answer: Answer
        let token: AccessToken
    }

    private struct State {
        var known: [Key: Known] = [:]
        var size = 0
    }

    private let state = Mutex(State())

    /// The answer, and the token that it was given to.
    func answer(to question: Question) -> (Answer, AccessToken)? {
        let found = state.withLock { $0.known[Key(target: question.target, token: question.bearer.id)] }
        guard let found, found.question.state == question.state, found.question.bearer.isSame(as: question.bearer)
        else { return nil }
        return (found.answer, found.token)
    }

    /// Keeps an answer that has nothing but a body and a tag.
    func remember(_ answer: Answer, to question: Question, of token: AccessToken) {
        guard answer.status == 200, answer.stream == nil, answer.secrets.isEmpty, answer.location == nil,
            answer.next == nil, let text = answer.written().text, text.utf8.count <= Self.largest
        else { return }
        let kept = Answer(text: text, tag: answer.tag)
        let size = text.utf8.count + question.target.utf8.count + Self.overhead
        state.withLock { state in
            // Those of an earlier state count no more.
            if state.size + size > Self.room { state = State() }
            let key = Key(target: question.target, token: question.bearer.id)
            let before = state.known.updateValue(Known(question: question, answer: kept, token: token), forKey: key)
            // What takes the place of another one is about as large.
            if before == nil { state.size += size }
        }
    }
}
