/// nats-server's sections and keys.
extension SectionKeys {
    static let file = SectionKeys(
        nil,
        [
            "listen", "host|net", "port", "client_advertise", "server_name", "server_tags", "server_metadata", "http",
            "https", "http_port|monitor_port", "https_port", "http_base_path",
            "operator|operators|root|roots|"
                + "root_operator|root_operators", "trusted_keys|trusted", "system_account|system",
            "no_system_account|no_system|no_sys_acc", "resolver|account_resolver|accounts_resolver", "resolver_tls",
            "resolver_preload", "resolver_pinned_accounts", "default_sentinel", "authorization", "accounts",
            "mappings|maps", "no_auth_user", "tls", "allow_non_tls", "websocket|ws", "proxies", "proxy_protocol",
            "proxy_protocol_sources", "max_payload", "max_pending", "max_connections|max_conn", "max_control_line",
            "max_subscriptions|max_subs", "max_sub_tokens|max_subscription_tokens", "max_closed_clients",
            "max_traced_msg_len", "ping_interval", "ping_max", "write_deadline", "write_timeout", "lame_duck_duration",
            "lame_duck_grace_period", "no_header_support", "no_fast_producer_stall",
            "disable_sublist_cache|no_sublist_cache", "connect_error_reports", "reconnect_error_reports",
            "feature_flags", "debug", "trace", "trace_verbose", "trace_headers", "logtime", "logtime_utc",
            "logfile|log_file", "logfile_size_limit|log_size_limit", "logfile_max_num|log_max_num", "syslog",
            "prof_port", "prof_block_rate", "pid_file|pidfile", "ports_file_dir", "jetstream", "ocsp", "ocsp_cache",
        ],
        features: [
            "JetStream": ["store_dir", "storedir", "default_js_domain"], "clustering": ["cluster"],
            "the super-cluster": ["gateway"], "leaf nodes": ["leaf", "leafnodes"], "MQTT": ["mqtt"],
            "the system log": ["remote_syslog"],
        ])

    static let authorization = SectionKeys(
        "authorization",
        [
            "user|username", "pass|password", "token", "timeout", "users",
            "default_permissions|default_permission|permissions", "auth_callout|auth_hook", "proxy_required",
        ])

    static let callout = SectionKeys(
        "auth_callout",
        ["issuer", "account|acc", "auth_users|users", "xkey|key", "allowed_accounts"])

    static let user = SectionKeys(
        "users",
        [
            "nkey", "user|username", "pass|password", "permissions|permission|authorization",
            "allowed_connection_types|connection_types|clients", "proxy_required",
        ])

    static let permissions = SectionKeys(
        "permissions", ["publish|pub|import", "subscribe|sub|export", "allow_responses|publish_allow_responses"])

    static let rules = SectionKeys("permissions", ["allow", "deny"])

    static let responses = SectionKeys(
        "allow_responses", ["max|max_msgs|max_messages|max_responses", "expires|expiration|ttl"])

    static let account = SectionKeys(
        "accounts",
        [
            "nkey", "users", "default_permissions", "imports", "exports", "mappings|maps", "limits",
            "msg_trace|trace_dest", "jetstream",
        ])

    static let accountLimits = SectionKeys(
        "limits",
        [
            "max_connections|max_conn", "max_subscriptions|max_subs", "max_payload|max_pay",
            "max_leafnodes|max_leafs",
        ])

    static let tracing = SectionKeys("msg_trace", ["dest", "sampling"])

    static let export = SectionKeys(
        "exports",
        [
            "stream", "service", "accounts", "account_token_position", "response_type|response",
            "response_threshold|threshold|response_max_time|response_time", "latency", "allow_trace",
        ])

    static let latency = SectionKeys("latency", ["subject", "sampling"])

    static let `import` = SectionKeys("imports", ["stream", "service", "prefix", "to", "share", "allow_trace"])

    static let importSource = SectionKeys("imports", ["account", "subject"])

    static let destination = SectionKeys("mappings", ["destination|dest", "weight", "cluster"])

    static let tls = SectionKeys(
        "tls",
        [
            "cert_file", "key_file", "ca_file", "certs|certificates", "verify", "verify_and_map",
            "verify_cert_and_check_known_urls", "insecure", "cipher_suites", "allow_insecure_cipher_suites",
            "curve_preferences", "timeout", "handshake_first|first|immediate", "min_version", "pinned_certs",
            "connection_rate_limit", "ocsp_peer",
        ],
        features: [
            "a certificate from the system's store": [
                "cert_store", "cert_match_by", "cert_match", "cert_match_skip_invalid", "ca_certs_match",
            ]
        ])

    static let certificate = SectionKeys("certs", ["cert_file", "key_file"])

    static let webSocket = SectionKeys(
        "websocket",
        [
            "listen", "port", "host|net", "advertise", "no_tls", "tls", "same_origin",
            "allowed_origins|allowed_origin|allow_origins|allow_origin|origins|origin", "handshake_timeout",
            "compression|compress", "authorization|authentication", "jwt_cookie", "user_cookie", "pass_cookie",
            "token_cookie", "no_auth_user", "headers", "ping_interval",
        ])

    static let webSocketAuthorization = SectionKeys(
        "authorization", ["user|username", "pass|password", "token", "timeout"])

    static let resolver = SectionKeys(
        "resolver", ["type", "dir", "limit", "ttl", "allow_delete", "hard_delete", "interval", "timeout"])

    static let proxies = SectionKeys("proxies", ["trusted"])

    static let proxy = SectionKeys("trusted", ["key|public_key"])
}
