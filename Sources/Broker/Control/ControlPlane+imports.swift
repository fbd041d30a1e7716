import Authorization
import Claims
import NKeys

// What an account's imports come to, given the other accounts' present claims.

extension ControlPlane {
    /// The state with its imports worked out anew. An import that the exporter does not grant is left out.
    ///
    /// - Parameter leftOut: what the account has in vain is added, in words.
    func compiled(_ state: AccountState, leftOut: inout [String]) -> AccountState {
        var streams: [StreamImport] = []
        var services: [ServiceImport] = []
        var taken: Set<[String]> = []
        for use in state.claims.imports {
            // Of two imports of one stream the first counts, whatever it is called here.
            guard use.type != .stream || taken.insert([use.account, use.subject]).inserted else {
                leftOut.append(
                    "import of \"\(use.subject)\" into \(state.identity) is there twice: the first one counts")
                continue
            }
            do throws(ImportRefusal) {
                try compile(use, of: state, into: &streams, &services)
            } catch {
                leftOut.append("import of \"\(use.subject)\" into \(state.identity) is not used: \(error.rawValue)")
            }
        }
        let mappings = state.definition.subjectMappings { error, source in
            leftOut.append("mapping of \"\(source)\" in \(state.identity) is not used: \(error)")
        }
        return AccountState(
            number: state.number, definition: state.definition, streamImports: streams, serviceImports: services,
            mappings: mappings, hasInbox: hasInbox(state.definition))
    }

    private func hasInbox(_ definition: AccountDefinition) -> Bool {
        if definition.identity == context.systemAccount, case .folder = context.resolver { return true }
        return asksCallout(in: definition)
    }

    private func asksCallout(in definition: AccountDefinition) -> Bool {
        switch definition {
        case .token(let resolved): resolved.claims.authorization.isEnabled
        case .configured(let account): context.trust.local.callout?.account == account.name
        case .removed: false
        }
    }

    /// Which of the account's imports lead anywhere at present.
    func usedImports(of state: AccountState) -> [Bool] {
        state.claims.imports.map { use in
            var streams: [StreamImport] = []
            var services: [ServiceImport] = []
            return (try? compile(use, of: state, into: &streams, &services)) != nil
        }
    }

    private func compile(
        _ use: Import, of importer: AccountState, into streams: inout [StreamImport], _ services: inout [ServiceImport]
    ) throws(ImportRefusal) {
        guard let exporter = exporter(use.account) else { throw .noExport }
        let export = try granted(use, importer, exporter)
        let activation = export.tokenRequired ? try? ActivationClaims.decode(use.token) : nil
        let validUntil = activation?.expires ?? 0
        switch use.type {
        case .stream:
            let stream = try? StreamImport(
                use, importer: importer.number, exporter: exporter.number, validUntil: validUntil)
            guard let stream else { throw .invalidSubject }
            streams.append(stream)
        case .service:
            let service = try? ServiceImport(
                use, export: export, importer: importer.number, exporter: exporter.number, validUntil: validUntil,
                open: openRequests(importer, exporter))
            guard let service else { throw .invalidSubject }
            services.append(service)
        case .unknown:
            throw .noExport
        }
    }

    /// The export that lets the import in.
    private func granted(
        _ use: Import, _ importer: AccountState, _ exporter: AccountState
    ) throws(ImportRefusal) -> Export {
        let isSystem = exporter.identity == context.systemAccount
        switch exporter.definition {
        case .token(let resolved):
            var claims = resolved.claims
            if isSystem { claims.exports += SystemExports.added(to: claims.exports) }
            return try ImportUse.grant(
                use, importer: importer.identity, exporter: claims, at: context.environment.moment().seconds)
        case .configured(let account):
            let added = isSystem ? SystemExports.added(to: account.claims.exports) : []
            return try ImportUse.grant(
                use, importer: importer.identity.text, exporter: account.offering(added))
        case .removed:
            throw .noExport
        }
    }

    /// The account that an import names, by its key, or in a configuration by its name. One that nobody trusted signed,
    /// or that breaks a rule, is none: it gives nothing away either.
    private func exporter(_ text: String) -> AccountState? {
        guard context.trust.isOperatorMode else { return state(.name(text)) }
        guard let key = try? PublicKey(text), let state = state(.key(key)), let resolved = state.resolved,
            context.trust.signed(resolved.claims), resolved.fault == nil
        else { return nil }
        return state
    }

    /// The count goes on when imports are worked out anew.
    private func openRequests(_ importer: AccountState, _ exporter: AccountState) -> OpenRequests {
        let link = Link(importer: importer.number, exporter: exporter.number)
        if let known = openRequests[link] { return known }
        let count = OpenRequests()
        openRequests[link] = count
        return count
    }
}
