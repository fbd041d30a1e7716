import Authorization
import Claims
import NKeys
import Subjects

// What an account's imports come to, given the other accounts' present claims.

extension Account {
    /// Works the imports out anew and puts them in force: for the account's subjects and for the subscriptions that its
    /// clients hold. An import that the exporter does not grant is left out, and `refused` is told.
    ///
    /// - Parameters:
    ///   - now: Unix seconds.
    ///   - exporter: the account of a key, if it may be imported from.
    func rebuildImports(
        now: Int64, exporter: (PublicKey) -> Account?, refused: (Import, ImportRefusal) -> Void
    ) {
        removeImports()
        for use in claims.imports {
            guard let key = try? PublicKey(use.account), let exporter = exporter(key) else {
                refused(use, .noExport)
                continue
            }
            do throws(ImportRefusal) {
                let export = try ImportUse.grant(use, importer: self.key, exporter: exporter.claims, at: now)
                try install(use, export, exporter)
            } catch {
                refused(use, error)
            }
        }
        for session in sessions.values {
            for subscription in session.subscriptions.values { addShadows(of: subscription, for: session) }
        }
    }

    private func install(_ use: Import, _ export: Export, _ exporter: Account) throws(ImportRefusal) {
        let activation = export.tokenRequired ? try? ActivationClaims.decode(use.token) : nil
        let validUntil = activation?.expires ?? 0
        switch use.type {
        case .stream:
            let stream = try? StreamImport(use, importer: key, exporter: exporter, validUntil: validUntil)
            guard let stream else { throw .invalidSubject }
            streamImports.append(stream)
        case .service:
            let service = try? ServiceImport(
                use, export: export, importer: self, exporter: exporter, validUntil: validUntil)
            guard let service else { throw .invalidSubject }
            let subscription = Subscription(pattern: service.local, target: .serviceImport(service))
            interest.insert(subscription)
            serviceImports.append(subscription)
        case .unknown:
            throw .noExport
        }
    }

    private func removeImports() {
        for subscription in serviceImports { interest.remove(subscription) }
        serviceImports = []
        for session in sessions.values {
            for subscription in session.subscriptions.values { removeShadows(of: subscription) }
        }
        streamImports = []
    }

    /// Gives a subscription its counterparts in the accounts that streams are imported from.
    func addShadows(of subscription: Subscription, for session: Session) {
        for stream in streamImports {
            guard let shadow = stream.shadow(of: subscription, for: session) else { continue }
            stream.exporter.interest.insert(shadow)
            subscription.shadows.append((stream.exporter, shadow))
        }
    }

    func removeShadows(of subscription: Subscription) {
        for (account, shadow) in subscription.shadows { account.interest.remove(shadow) }
        subscription.shadows = []
    }
}
