import AdminAPI
import Administration

extension ServeSettings {
    /// The API's certificates; nil where it is to speak without TLS.
    ///
    /// - Throws: everything that is wrong with the files, each with the setting that names it and where that stands.
    func serviceTLS() throws -> ServiceTLS? {
        guard let certificate, let certificateKey else { return nil }
        let named: [(part: ServiceTLS.Part, setting: String, file: String?)] = [
            (.certificate, "tls.cert", certificate), (.key, "tls.key", certificateKey),
            (.clientAuthorities, "tls.client_ca", clientAuthorities),
        ]
        let unreadable = named.compactMap { one -> String? in
            guard let file = one.file, let reason = PrivateFile.reasonUnreadable(file) else { return nil }
            return "\(place(of: one.setting)): \(file) cannot be read: \(reason)"
        }
        guard unreadable.isEmpty else {
            throw CommandFailure(
                message: unreadable.joined(separator: "\n"),
                remedy: "give the path of a PEM file that the user of the service may read")
        }
        do throws(ServiceTLS.Fault) {
            return try ServiceTLS(
                certificate: certificate, key: certificateKey, clientAuthorities: clientAuthorities)
        } catch {
            let one = named.first { $0.part == error.part }
            throw CommandFailure(
                message: "\(place(of: one?.setting ?? "tls")): \(one?.file ?? "") \(error.words)", remedy: error.remedy)
        }
    }
}
