import Claims
import NKeys

// Exports, imports and mappings in the words of NATS's own tokens.

extension Export {
    var json: JSONValue {
        .members([
            "name": .string(name), "subject": .string(subject), "type": .string(type.name),
            "token_req": .bool(tokenRequired),
            "response_type": type == .service ? .string(responseType.rawValue) : nil,
            "response_threshold": type == .service ? .integer(responseThreshold) : nil,
            "account_token_position": .integer(accountTokenPosition), "advertise": .bool(advertise),
            "allow_trace": .bool(allowTrace), "description": .string(description), "info_url": .string(infoURL),
        ])
    }

    /// An export of the subject in the path, as a body that was checked describes it.
    init(_ json: JSONValue, subject: String) {
        let isService = json["type"]?.text == "service"
        self.init(
            name: json["name"]?.text ?? subject, subject: subject, type: isService ? .service : .stream,
            tokenRequired: json["token_req"]?.flag ?? false)
        if isService {
            responseType = json["response_type"]?.text.map(ResponseType.init(rawValue:)) ?? .singleton
            responseThreshold = json["response_threshold"]?.integer ?? 0
        }
        accountTokenPosition = UInt(clamping: json["account_token_position"]?.integer ?? 0)
        advertise = json["advertise"]?.flag ?? false
        allowTrace = json["allow_trace"]?.flag ?? false
        description = json["description"]?.text ?? ""
        infoURL = json["info_url"]?.text ?? ""
    }

    static let schema = Schema.object(
        "A stream or service that other accounts may import.",
        [
            .shown("subject", .text()),
            .required("type", .text("", oneOf: ["stream", "service"])),
            .optional("name", .text("By default the subject.", most: 256)),
            .optional("token_req", .flag("Whether importers need an activation.")),
            .optional("response_type", .text("Of a service.", oneOf: ["Singleton", "Stream", "Chunked"])),
            .optional(
                "response_threshold", .integer("Nanoseconds for an answer.", 0...Schema.exactIntegers.upperBound)),
            .optional(
                "account_token_position", .integer("The token that must be the importer's key; 0 for none.", 0...255)),
            .optional("advertise", .flag()),
            .optional("allow_trace", .flag()),
            .optional("description", .text()),
            .optional("info_url", .text()),
        ])
}

extension Import {
    /// The import, without its activation.
    var json: JSONValue {
        .members([
            "name": .string(name), "subject": .string(subject), "account": .string(account),
            "local_subject": .string(localSubject), "type": .string(type.name), "share": .bool(share),
            "allow_trace": .bool(allowTrace), "has_activation": .bool(!token.isEmpty),
        ])
    }

    static let schema = Schema.object(
        "Something that another account exports.",
        [
            .required("account", .text("The exporting account's public key.", most: 56, pattern: TextForm.accountKey)),
            .required("subject", .text("The subject there.", most: 1_024)),
            .required("type", .text("", oneOf: ["stream", "service"])),
            .optional("name", .text("By default the subject.", most: 256)),
            .optional("local_subject", .text("The subject here, where it is another one.", most: 1_024)),
            .optional("share", .flag("Whether a service's exporter is told who asks.")),
            .optional("allow_trace", .flag()),
            .optional("activation", .text("The activation token, for a private export.", most: 65_536)),
            .shown("has_activation", .flag()),
        ])
}

extension WeightedMapping {
    var json: JSONValue {
        .members(["subject": .string(subject), "weight": .integer(weight), "cluster": .string(cluster)])
    }

    init(_ json: JSONValue) {
        self.init(
            subject: json["subject"]?.text ?? "", weight: UInt8(clamping: json["weight"]?.integer ?? 0),
            cluster: json["cluster"]?.text ?? "")
    }

    static let schema = Schema.object(
        "A destination of a mapping.",
        [
            .required("subject", .text("", most: 1_024)),
            .optional("weight", .integer("Per cent of the messages; 0 for all.", 0...100)),
            .optional("cluster", .text("The cluster it is for.", most: 256)),
        ])
}
