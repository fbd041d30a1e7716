/// The keys that nats-server knows, in small letters.
enum BrokerConfigurationKeys {
    /// Keys that this broker reads, by other spellings of the same.
    private static let aliases = [
        "net": "host", "operators": "operator", "root": "operator", "roots": "operator", "root_operator": "operator",
        "root_operators": "operator", "system": "system_account", "account_resolver": "resolver",
        "accounts_resolver": "resolver", "max_conn": "max_connections", "max_subs": "max_subscriptions",
        "pidfile": "pid_file",
    ]

    /// Keys that this broker reads.
    private static let supported: Set<String> = [
        "listen", "host", "port", "server_name", "operator", "operators", "system_account", "resolver",
        "resolver_preload", "max_payload", "max_pending", "max_connections", "max_control_line", "max_subscriptions",
        "ping_interval", "ping_max", "write_deadline", "authorization", "debug", "trace", "logtime", "pid_file",
        "ports_file_dir",
    ]

    /// One name for all spellings of a key.
    static func name(of key: String) -> String {
        aliases[key] ?? key
    }

    /// Keys for what this broker does not offer, and what that is.
    static let unsupported: [String: String] = features([
        "monitoring over HTTP": ["http", "https", "http_port", "https_port", "monitor_port", "http_base_path"],
        "JetStream": ["jetstream", "store_dir", "default_js_domain"],
        "clustering": ["cluster"],
        "the super-cluster": ["gateway"],
        "leaf nodes": ["leaf", "leafnodes"],
        "MQTT": ["mqtt"],
        "WebSocket": ["websocket", "ws"],
        "TLS": ["tls", "allow_non_tls", "ocsp", "ocsp_cache", "resolver_tls"],
        "a configuration with accounts instead of an operator": [
            "accounts", "no_auth_user", "no_system_account", "no_system", "no_sys_acc", "default_sentinel",
        ],
        "a trusted key without an operator's JWT": ["trusted", "trusted_keys"],
        "a list of accounts that may be used": ["resolver_pinned_accounts"],
        "subject mapping in the configuration": ["mappings", "maps"],
        "a log file": [
            "log_file", "logfile", "log_size_limit", "logfile_size_limit", "log_max_num", "logfile_max_num",
        ],
        "the system log": ["syslog", "remote_syslog"],
        "profiling": ["prof_port", "prof_block_rate"],
        "lame duck mode": ["lame_duck_duration", "lame_duck_grace_period"],
        "this detail of tracing and logging": [
            "trace_verbose", "trace_headers", "logtime_utc", "max_traced_msg_len", "connect_error_reports",
            "reconnect_error_reports",
        ],
        "a limit on the tokens of a subject": ["max_sub_tokens", "max_subscription_tokens"],
        "trusted proxies": ["proxies", "proxy_protocol"],
        "an advertised address": ["client_advertise"],
        "this setting": [
            "disable_sublist_cache", "no_sublist_cache", "max_closed_clients", "write_timeout", "server_tags",
            "server_metadata", "no_fast_producer_stall", "feature_flags", "no_header_support",
        ],
    ])

    /// The same for keys in `authorization`.
    static let unsupportedAuthorization: [String: String] = features([
        "signing in with a password or a token": ["user", "username", "users", "pass", "password", "token"],
        "permissions in the configuration": ["permissions", "default_permissions", "default_permission"],
        "the authorization callout": ["auth_callout", "auth_hook"],
        "trusted proxies": ["proxy_required"],
    ])

    static let all = supported.union(aliases.keys).union(unsupported.keys).union(["include"])
    static let allOfAuthorization = Set(unsupportedAuthorization.keys).union(["timeout"])

    private static func features(_ keys: [String: [String]]) -> [String: String] {
        var features: [String: String] = [:]
        for (feature, keys) in keys {
            for key in keys { features[key] = feature }
        }
        return features
    }
}
