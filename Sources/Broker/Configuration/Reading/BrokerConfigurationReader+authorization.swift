import NKeys

extension BrokerConfigurationReader {
    mutating func readAuthorization(_ entry: Entry) {
        guard let map = section(entry, example: "{ timeout: 2 }") else { return }
        var authorization = AuthorizationConfiguration()
        readMembers(of: map, .authorization) { reader, entry, key in
            reader.note("authorization.\(key)", entry.position)
            switch key {
            case "user": authorization.user = reader.nonEmptyText(entry)
            case "pass": authorization.password = reader.secret(entry)
            case "token": authorization.token = reader.secret(entry)
            case "timeout": reader.readAuthorizationTimeout(entry)
            case "users": authorization.users = reader.readUsers(entry)
            case "default_permissions": authorization.defaultPermissions = reader.readPermissions(entry)
            case "auth_callout": authorization.callout = reader.readCallout(entry)
            default: authorization.isProxyRequired = reader.flag(entry) ?? false
            }
        }
        configuration.authorization = authorization
    }

    private mutating func readAuthorizationTimeout(_ entry: Entry) {
        guard let duration = duration(entry, warnsOfNumbers: false), duration != .zero else { return }
        configuration.authorizationTimeout = duration
        if duration > .seconds(60) {
            warn(
                .wrongValue, at: entry.value.position,
                "a client that says nothing keeps its connection for \(duration)",
                remedy: "60 seconds and less are usual")
        }
    }

    // MARK: Users

    mutating func readUsers(_ entry: Entry) -> [UserConfiguration] {
        var users: [UserConfiguration] = []
        for value in list(entry, example: "[{ user: a, password: b }]") ?? [] {
            guard case .map(let map) = value.content else {
                wrong(
                    value, "a user is a section in braces, not \(value.kind)",
                    remedy: "write { user: name, password: … } or { nkey: U… }")
                continue
            }
            guard let user = readUser(map, value.position) else { continue }
            if let other = userPlaces[user.name] {
                report(
                    .conflict, at: value.position, "the user \"\(user.name)\" is at \(other) already",
                    remedy: "users of all accounts have different names")
            }
            userPlaces[user.name] = value.position
            users.append(user)
        }
        return users
    }

    private mutating func readUser(_ map: ConfigurationMap, _ position: ConfigurationPosition) -> UserConfiguration? {
        var user = UserConfiguration(name: "", credential: .password(nil))
        var password: ConfigurationSecret?
        var nkey: Entry?
        readMembers(of: map, .user) { reader, entry, key in
            switch key {
            case "nkey": nkey = entry
            case "user": user.name = reader.text(entry) ?? ""
            case "pass": password = reader.secret(entry)
            case "permissions": user.permissions = reader.readPermissions(entry)
            case "allowed_connection_types": user.connectionTypes = reader.connectionTypes(entry)
            default: user.isProxyRequired = reader.flag(entry) ?? false
            }
        }
        guard let nkey else {
            guard !user.name.isEmpty else {
                report(.missingKey, at: position, "this user has no name", remedy: "write user or nkey")
                return nil
            }
            user.credential = .password(password)
            return user
        }
        guard let key = publicKey(nkey, .user) else { return nil }
        guard user.name.isEmpty, password == nil else {
            report(
                .conflict, at: position, "a user with an nkey has no name and no password",
                remedy: "keep nkey, or user and password")
            return nil
        }
        user.name = key.text
        user.credential = .key(key)
        return user
    }

    // MARK: Callout

    private mutating func readCallout(_ entry: Entry) -> AuthorizationCalloutConfiguration? {
        guard let map = section(entry, example: "{ issuer: A…, auth_users: [auth] }") else { return nil }
        var issuer: PublicKey?
        var users: [String] = []
        var account = "$G"
        var sealingKey: PublicKey?
        var allowed: [String]?
        var failed = false
        readMembers(of: map, .callout) { reader, entry, key in
            switch key {
            case "issuer":
                issuer = reader.publicKey(entry, .account)
                failed = failed || issuer == nil
            case "account": account = reader.nonEmptyText(entry) ?? account
            case "auth_users": users = (reader.texts(entry, example: "[auth]") ?? []).map(\.text)
            case "xkey": sealingKey = reader.publicKey(entry, .curve)
            default:
                let texts = reader.texts(entry, example: "[A]") ?? []
                reader.calloutAccounts = texts
                allowed = texts.isEmpty ? nil : texts.map(\.text)
            }
        }
        if issuer == nil, !failed {
            report(
                .missingKey, at: entry.position, "a callout needs the key that signs its answers",
                remedy: "write issuer: A…, an account's public key")
        }
        if users.isEmpty {
            report(
                .missingKey, at: entry.position, "a callout needs the users who answer",
                remedy: "write auth_users: [name]")
        }
        guard let issuer else { return nil }
        var callout = AuthorizationCalloutConfiguration(issuer: issuer, users: users)
        callout.account = account
        callout.sealingKey = sealingKey
        callout.allowedAccounts = allowed
        return callout
    }
}
