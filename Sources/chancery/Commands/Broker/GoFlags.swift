/// nats-server's flags in the forms that its users write, turned into those that the parser of this program reads.
///
/// A long name may have one dash (`-port 4222`), a value may be tied on (`-p=4222`), a switch may say false
/// (`-D=false`), and letters are never joined: `-DV` is a name of its own.
enum GoFlags {
    private enum Form {
        /// An option, by its long name here.
        case value(String)
        /// The same, with a whole number as its value.
        case number(String)
        /// Switches that the name sets, by their long names here.
        case switches([String])
        /// What is asked for without a value, and cannot be said false.
        case request(String)
        /// Something that is not offered.
        case refusedValue
        case refusedSwitch
    }

    private static let forms: [String: Form] = {
        var forms: [String: Form] = [:]
        func set(_ names: String, _ form: Form) {
            for name in names.split(separator: " ") { forms[String(name)] = form }
        }
        set("a addr net", .value("addr"))
        set("p port", .number("port"))
        set("n name server_name", .value("name"))
        set("P pid", .value("pid"))
        set("m http_port", .number("http_port"))
        set("ms https_port", .number("https_port"))
        set("c config", .value("config"))
        set("sl signal", .value("signal"))
        set("l log", .value("log"))
        set("audit", .value("audit"))
        for name in [
            "client_advertise", "ports_file_dir", "user", "pass", "auth", "tlscert", "tlskey", "tlscacert",
        ] { set(name, .value(name)) }
        for name in ["log_size_limit", "max_traced_msg_len"] { set(name, .number(name)) }
        set("D debug", .switches(["debug"]))
        set("V trace", .switches(["trace"]))
        set("VV", .switches(["trace", "trace_verbose"]))
        set("DV", .switches(["debug", "trace"]))
        set("DVV", .switches(["debug", "trace", "trace_verbose"]))
        set("T logtime", .switches(["logtime"]))
        for name in ["logtime_utc", "tls", "tlsverify"] { set(name, .switches([name])) }
        set("t", .request("-t"))
        set("v version", .request("--show-version"))
        set("h help help_tls", .request("--help"))
        set("decisions", .request("--decisions"))
        set("J json", .request("--json"))
        set("js jetstream s syslog no_advertise", .refusedSwitch)
        set(
            "sd store_dir r remote_syslog profile routes cluster cluster_listen cluster_name cluster_advertise "
                + "connect_retries", .refusedValue)
        return forms
    }()

    /// What a flag asks for that this broker does not offer.
    static func feature(of name: String) -> String {
        switch name {
        case "js", "jetstream", "sd", "store_dir": "JetStream"
        case "s", "syslog", "r", "remote_syslog": "the system log"
        case "profile": "profiling"
        default: "clustering"
        }
    }

    /// Rewrites the words behind `broker`. What is wrong with them becomes a word of its own, in nats-server's terms, for
    /// the command to complain about.
    static func translated(_ words: ArraySlice<String>) -> [String] {
        var result: [String] = []
        var rest = words
        while let word = rest.popFirst() {
            guard let (name, attached) = split(word) else {
                result.append(command(word))
                continue
            }
            guard let form = forms[name] else {
                // The parser's own.
                let isKnown = name.hasPrefix("no-") || name == "help-hidden"
                result.append(isKnown ? word : "--misused=flag provided but not defined: -\(name)")
                continue
            }
            result += translated(form, name, attached, &rest)
        }
        return result
    }

    private static func translated(
        _ form: Form, _ name: String, _ attached: String?, _ rest: inout ArraySlice<String>
    ) -> [String] {
        switch form {
        case .value(let long):
            guard let value = attached ?? rest.popFirst() else { return [needsArgument(name)] }
            return ["--\(long)=\(value)"]
        case .number(let long):
            guard let value = attached ?? rest.popFirst() else { return [needsArgument(name)] }
            guard Int(value) != nil else {
                return ["--misused=invalid value \"\(value)\" for flag -\(name): parse error"]
            }
            return ["--\(long)=\(value)"]
        case .switches(let names):
            guard let isOn = attached.map(truth) ?? true else {
                return ["--misused=invalid boolean value \"\(attached ?? "")\" for -\(name): parse error"]
            }
            return names.map { (isOn ? "--" : "--no-") + $0 }
        case .request(let long):
            return attached.map(truth) == .some(false) ? [] : [long]
        case .refusedSwitch:
            return attached.map(truth) == .some(false) ? [] : ["--refused=\(name)"]
        case .refusedValue:
            guard let value = attached ?? rest.popFirst() else { return [needsArgument(name)] }
            // Saying that there is none asks for nothing.
            return value != "" && (name != "profile" || value != "0") ? ["--refused=\(name)"] : []
        }
    }

    private static func needsArgument(_ name: String) -> String { "--misused=flag needs an argument: -\(name)" }

    /// A word that is no flag: there are two.
    private static func command(_ word: String) -> String {
        switch word.lowercased() {
        case "help": "--help"
        case "version": "--show-version"
        default: word.hasPrefix("-") ? word : "--stray=\(word)"
        }
    }

    /// The name behind one dash or two, and what is tied to it; nil for a word that is no flag.
    private static func split(_ word: String) -> (name: String, value: String?)? {
        var name = word[...]
        guard name.popFirst() == "-" else { return nil }
        if name.first == "-" { name.removeFirst() }
        guard let first = name.first, first != "-", first != "=" else { return nil }
        guard let equals = name.firstIndex(of: "=") else { return (String(name), nil) }
        return (String(name[..<equals]), String(name[name.index(after: equals)...]))
    }

    /// The words for true and false; nil for others.
    private static func truth(_ word: String) -> Bool? {
        switch word {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
