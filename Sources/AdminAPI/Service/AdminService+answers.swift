import Claims
import HTTPTypes
import Hummingbird
import NIOCore
import Secrets

extension AdminService {
    /// The answer of an operation.
    static func response(_ answer: Answer, _ incoming: Incoming) -> Response {
        var headers = commonHeaders
        if let tag = answer.tag { headers[.eTag] = "\"\(tag)\"" }
        if let location = answer.location { headers[.location] = location }
        if let next = answer.next { headers[Header.link] = "<\(next)>; rel=\"next\"" }
        if let tag = answer.tag, incoming.hasTag(tag) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = incoming.operation.answers
        if let stream = answer.stream { return Response(status: .ok, headers: headers, body: stream) }
        var buffer = ByteBuffer()
        if let text = answer.text {
            buffer.writeString(text)
        } else {
            write(answer.body ?? .object([:]), answer, to: &buffer)
        }
        if incoming.operation.answers.hasPrefix("text/html") {
            headers[Header.securityPolicy] = "default-src 'none'; style-src 'unsafe-inline'"
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    /// The body, with the secrets at its end: they never become text before.
    private static func write(_ body: JSONValue, _ answer: Answer, to buffer: inout ByteBuffer) {
        var text = body.jsonText
        guard !answer.secrets.isEmpty, text.hasSuffix("}") else {
            buffer.writeString(text + "\n")
            return
        }
        text.removeLast()
        buffer.writeString(text)
        var needsComma = text != "{"
        for (name, secret) in answer.secrets {
            buffer.writeString("\(needsComma ? "," : "")\"\(name)\":\"")
            needsComma = true
            secret.withBytes { bytes in
                var rest = bytes[...]
                while let place = rest.firstIndex(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
                    buffer.writeBytes(UnsafeRawBufferPointer(rebasing: rest[..<place]))
                    switch rest[place] {
                    case 0x0A: buffer.writeString("\\n")
                    case 0x0D: buffer.writeString("\\r")
                    case 0x22: buffer.writeString("\\\"")
                    case 0x5C: buffer.writeString("\\\\")
                    default: break
                    }
                    rest = rest[(place + 1)...]
                }
                buffer.writeBytes(UnsafeRawBufferPointer(rebasing: rest))
            }
            buffer.writeString("\"")
        }
        buffer.writeString("}\n")
    }

    /// The answer for what did not succeed.
    static func response(_ problem: Problem, _ id: String, _ context: ServiceContext) -> Response {
        var headers = commonHeaders
        headers[.contentType] = "application/problem+json"
        if let tag = problem.tag { headers[.eTag] = "\"\(tag)\"" }
        if !problem.allowed.isEmpty { headers[Header.allow] = problem.allowed.joined(separator: ", ") }
        if problem.type == .unauthenticated { headers[.wwwAuthenticate] = "Bearer realm=\"chancery\"" }
        if problem.type.isRetryable { headers[Header.retryAfter] = "1" }
        if let audit = problem.auditID { headers[Header.audit] = audit }
        if problem.endsConnection { headers[.connection] = "close" }
        let buffer = ByteBuffer(string: problem.json(request: id).jsonText + "\n")
        return Response(
            status: HTTPResponse.Status(code: problem.type.status), headers: headers,
            body: problem.endsConnection && context.channel != nil ? last(buffer) : ResponseBody(byteBuffer: buffer))
    }

    /// The last body of a connection. What still arrives is not read, whatever it looks like: it may be the rest of a body. The
    /// answer has a moment to leave before the connection is closed.
    private static func last(_ buffer: ByteBuffer) -> ResponseBody {
        ResponseBody(contentLength: buffer.readableBytes) { writer in
            try await writer.write(buffer)
            try await writer.finish(nil)
            try await Task.sleep(for: .seconds(1))
            throw ConnectionEnds()
        }
    }

    /// What the server closes a connection for, without a further word.
    private struct ConnectionEnds: Error {}

    private static var commonHeaders: HTTPFields {
        var headers = HTTPFields()
        headers[.cacheControl] = "no-store"
        headers[Header.contentTypeOptions] = "nosniff"
        return headers
    }
}
