import Secrets

extension BrokerConfigurationReader {
    /// What a `tls` block is for.
    enum TLSUse {
        /// A listener, which needs a certificate.
        case listener
        /// Connections that the broker makes itself.
        case ownConnections
    }

    /// - Parameter path: the block's key, with those of the blocks around it in front.
    mutating func readTLS(_ entry: Entry, _ use: TLSUse, path: String = "tls") -> TLSConfiguration? {
        guard let map = section(entry, example: "{ cert_file: \"server.pem\", key_file: \"key.pem\" }") else {
            return nil
        }
        var tls = TLSConfiguration()
        var files: (certificate: Entry?, key: Entry?) = (nil, nil)
        var insecureSuites: Entry?
        var allowsInsecureSuites = false
        var hasList = false
        readMembers(of: map, .tls) { reader, entry, key in
            reader.placeInFile("\(path).\(key)", entry.position)
            switch key {
            case "cert_file": files.certificate = entry
            case "key_file": files.key = entry
            case "ca_file": tls.authorityFile = reader.certificateFile(entry, "CERTIFICATE")
            case "certs":
                hasList = true
                tls.certificates = reader.certificates(entry)
            case "verify": tls.verifiesClients = reader.flag(entry) ?? false || tls.mapsCertificates
            case "verify_and_map":
                tls.mapsCertificates = reader.flag(entry) ?? false
                if tls.mapsCertificates { tls.verifiesClients = true }
            case "verify_cert_and_check_known_urls":
                reader.refuseUnlessOff(entry, "a certificate that names a known server, which is for clusters,")
            case "insecure": tls.acceptsAnyServer = reader.flag(entry) ?? false
            case "cipher_suites":
                tls.cipherSuites = reader.cipherSuites(entry)
                if tls.cipherSuites?.contains(where: TLSNames.insecureSuites.contains) == true {
                    insecureSuites = entry
                }
            case "allow_insecure_cipher_suites": allowsInsecureSuites = reader.flag(entry) ?? false
            case "curve_preferences": tls.curvePreferences = reader.names(entry, TLSNames.curves, "curve")
            case "timeout": tls.timeout = reader.tlsTimeout(entry) ?? tls.timeout
            case "handshake_first": tls.handshakeFirst = reader.handshakeFirst(entry) ?? .no
            case "min_version": tls.minimumVersion = reader.tlsVersion(entry) ?? .tls12
            case "pinned_certs": tls.pinnedKeys = reader.pinnedKeys(entry)
            case "connection_rate_limit":
                let limit = reader.integer(entry, in: 0...Int(Int32.max)) ?? 0
                tls.connectionRateLimit = limit > 0 ? limit : nil
            default: reader.refuseUnlessOff(entry, "OCSP")
            }
        }
        if let insecureSuites, !allowsInsecureSuites { refuseInsecureSuites(insecureSuites) }
        if let pair = certificate(files, beside: tls.certificates, entry) { tls.certificates.append(pair) }
        if use == .listener, !hasList, files.certificate == nil, files.key == nil {
            report(
                .missingKey, at: entry.position, "\"\(entry.key)\" needs a certificate and its key",
                remedy: "write cert_file and key_file, the paths of files in PEM")
        }
        return tls
    }

    // MARK: Certificates

    private mutating func certificate(
        _ files: (certificate: Entry?, key: Entry?), beside others: [TLSConfiguration.CertificateFiles],
        _ block: Entry
    ) -> TLSConfiguration.CertificateFiles? {
        switch files {
        case (nil, nil): return nil
        case (let entry?, nil), (nil, let entry?):
            report(
                .missingKey, at: entry.position, "a certificate and its key belong together",
                remedy: "write both cert_file and key_file")
            return nil
        case (let certificate?, let key?):
            guard others.isEmpty else {
                report(
                    .conflict, at: certificate.position, "\"\(certificate.key)\" and \"certs\" exclude each other",
                    remedy: "move it into certs, with its key")
                return nil
            }
            guard let path = certificateFile(certificate, "CERTIFICATE"), let key = certificateFile(key, "PRIVATE KEY")
            else { return nil }
            return .init(certificate: path, key: key)
        }
    }

    private mutating func certificates(_ entry: Entry) -> [TLSConfiguration.CertificateFiles] {
        var result: [TLSConfiguration.CertificateFiles] = []
        for value in list(entry, example: "[{ cert_file: \"a.pem\", key_file: \"a.key\" }]") ?? [] {
            guard case .map(let map) = value.content else {
                wrong(value, "a certificate is a section in braces", remedy: "write { cert_file: …, key_file: … }")
                continue
            }
            var files: (certificate: Entry?, key: Entry?) = (nil, nil)
            readMembers(of: map, .certificate) { _, entry, key in
                if key == "cert_file" { files.certificate = entry } else { files.key = entry }
            }
            guard let certificate = files.certificate, let key = files.key else {
                report(
                    .missingKey, at: value.position, "a certificate and its key belong together",
                    remedy: "write both cert_file and key_file")
                continue
            }
            if let path = certificateFile(certificate, "CERTIFICATE"), let key = certificateFile(key, "PRIVATE KEY") {
                result.append(.init(certificate: path, key: key))
            }
        }
        return result
    }

    /// The path of a file in PEM, which must be there and hold what it should. Whether key and certificate fit is for
    /// those to find out who use them.
    private mutating func certificateFile(_ entry: Entry, _ content: String) -> String? {
        guard let path = nonEmptyText(entry) else { return nil }
        var bytes: [UInt8]
        do {
            bytes = try surroundings.readFile(path)
        } catch {
            report(.unreadableFile, at: entry.position, "\(path) cannot be read: \(error)", remedy: "check the path")
            return nil
        }
        let holds = bytes.contains(pemLabel: content)
        // It may be a private key.
        _ = Secret(erasing: &bytes)
        guard holds else {
            wrong(entry.value, "\(path) holds no \(content.lowercased()) in PEM", remedy: "check the path")
            return nil
        }
        return path
    }

    // MARK: Names

    private mutating func cipherSuites(_ entry: Entry) -> [String]? {
        names(entry, TLSNames.suites.union(TLSNames.insecureSuites), "cipher suite")
    }

    private mutating func refuseInsecureSuites(_ entry: Entry) {
        wrong(
            entry.value, "some of these cipher suites are not safe",
            remedy: "remove them, or write allow_insecure_cipher_suites: true")
    }

    /// A list of names, each of which is known.
    private mutating func names(_ entry: Entry, _ known: Set<String>, _ what: String) -> [String]? {
        guard let texts = texts(entry, example: "[\(known.sorted().first ?? "")]") else { return nil }
        if texts.isEmpty, case .array(let values) = entry.value.content, values.isEmpty {
            wrong(entry.value, "\"\(entry.key)\" is empty", remedy: "remove it to take the default")
        }
        for (text, value) in texts where !known.contains(text) {
            wrong(
                value, "\"\(text)\" is no \(what)",
                remedy: Suggestion.closest(to: text, among: known).map { "did you mean \"\($0)\"?" }
                    ?? "known are \(known.sorted().prefix(8).joined(separator: ", "))")
        }
        return texts.map(\.text)
    }

    private mutating func tlsVersion(_ entry: Entry) -> TLSConfiguration.Version? {
        if case .string(let text) = entry.value.content, let version = TLSConfiguration.Version(rawValue: text) {
            return version
        }
        wrong(entry.value, "\"\(entry.key)\" is \"1.2\" or \"1.3\", in quotes", remedy: "write \(entry.key): \"1.2\"")
        return nil
    }

    private mutating func pinnedKeys(_ entry: Entry) -> Set<String>? {
        var keys: Set<String> = []
        for (text, value) in texts(entry, example: "[\"…\"]") ?? [] {
            let isDigest =
                text.utf8.count == 64
                && text.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
                }
            guard isDigest else {
                wrong(
                    value, "this is no SHA-256 of a public key",
                    remedy: "write 64 hexadecimal digits, of the certificate's SubjectPublicKeyInfo in DER")
                continue
            }
            keys.insert(text.lowercased())
        }
        return keys.isEmpty ? nil : keys
    }

    private mutating func tlsTimeout(_ entry: Entry) -> Duration? {
        duration(entry, warnsOfNumbers: false).flatMap { $0 == .zero ? nil : $0 }
    }

    private mutating func handshakeFirst(_ entry: Entry) -> TLSConfiguration.HandshakeFirst? {
        switch entry.value.content {
        case .boolean(let flag): return flag ? .always : .no
        case .string(let text):
            switch text.lowercased() {
            case "true", "on": return .always
            case "false", "off": return .no
            case "auto", "auto_fallback": return .fallback(.milliseconds(50))
            default:
                if let delay = ConfigurationDuration.parse(text), delay >= .zero { return .fallback(delay) }
            }
        case .integer, .float, .date, .array, .map: break
        }
        wrong(
            entry.value, "\"\(entry.key)\" is true, false, \"auto\" or a duration",
            remedy: "write \(entry.key): auto, or \"50ms\" in quotes")
        return nil
    }
}

extension [UInt8] {
    /// Whether a line `-----BEGIN … LABEL-----` is among these bytes.
    fileprivate func contains(pemLabel label: String) -> Bool {
        split(separator: UInt8(ascii: "\n")).contains { line in
            let line = line.last == 0x0D ? line.dropLast() : line
            return line.starts(with: "-----BEGIN ".utf8)
                && line.suffix(label.utf8.count + 5).elementsEqual((label + "-----").utf8)
        }
    }
}

/// The names that nats-server gives what TLS is made of.
enum TLSNames {
    static let suites: Set<String> = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ]

    static let insecureSuites: Set<String> = [
        "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    ]

    /// What nats-server has and the TLS library of this broker does not.
    static let unavailableSuites: Set<String> = [
        "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    ]
    static let unavailableCurves: Set<String> = ["SecP256r1MLKEM768", "SecP384r1MLKEM1024"]

    static let curves: Set<String> = [
        "X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "X25519", "CurveP256", "CurveP384", "CurveP521",
    ]
}
