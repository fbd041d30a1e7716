/// nats-server's flags in the forms that its users write, turned into those that the parser of this program reads.
///
/// A long name may have one dash (`-port 4222`), a value may be tied on (`-p=4222`), a switch may say false
/// (`-D=false`), and letters are never joined: `-DV` is a name of its own.
enum GoFlags {
    private enum Form {
        /// An option, by its long name here.
        case value(String)
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
        set("p port", .value("port"))
        set("n name server_name", .value("name"))
        set("P pid", .value("pid"))
        set("m http_port", .value("http_port"))
        set("ms https_port", .value("https_port"))
        set("c config", .value("config"))
        set("sl signal", .value("signal"))
        set("l log", .value("log"))
        for name in [
            "client_advertise", "ports_file_dir", "log_size_limit", "max_traced_msg_len", "user", "pass", "auth",
            "tlscert", "tlskey", "tlscacert",
        ] { set(name, .value(name)) }
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

    /// Rewrites the words behind `broker`. What is no flag of nats-server, or lacks its value, stays as it is, for the
    /// parser to complain about.
    static func translated(_ words: ArraySlice<String>) -> [String] {
        var result: [String] = []
        var rest = words
        while let word = rest.popFirst() {
            guard let (name, attached) = split(word), let form = forms[name] else {
                // The two words that nats-server takes for a flag.
                switch word.lowercased() {
                case "help": result.append("--help")
                case "version": result.append("--show-version")
                default: result.append(word)
                }
                continue
            }
            switch form {
            case .value(let long):
                guard let value = attached ?? rest.popFirst() else {
                    result.append("--" + long)
                    continue
                }
                result.append("--\(long)=\(value)")
            case .switches(let names):
                guard let isOn = attached.map(truth) ?? true else {
                    result.append(word)
                    continue
                }
                result += names.map { (isOn ? "--" : "--no-") + $0 }
            case .request(let long):
                if attached.map(truth) != .some(false) { result.append(long) }
            case .refusedSwitch:
                if attached.map(truth) != .some(false) { result.append("--refused=\(name)") }
            case .refusedValue:
                let value = attached ?? rest.popFirst()
                // Saying that there is none asks for nothing.
                if value != "", name != "profile" || value != "0" { result.append("--refused=\(name)") }
            }
        }
        return result
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
