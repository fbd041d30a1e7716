import CSodium
public import Secrets

extension KeyPair {
    /// The bytes that sealing adds: `xkv1`, the nonce and the tag.
    public static let sealOverhead = 44
    private static let sealVersion: [UInt8] = Array("xkv1".utf8)

    /// Seals `message` so that only `recipient` (a curve key) can open it: `xkv1`, a 24-byte nonce and a NaCl box.
    /// - Throws: `only curve key can seal/open`, `not a valid recipient public curve key`.
    public func seal(
        _ message: [UInt8], to recipient: PublicKey, random: RandomSource = .system
    ) throws(NKeyError) -> [UInt8] {
        guard publicKey.kind == .curve else { throw .onlyCurveSeals }
        guard recipient.kind == .curve else { throw .invalidRecipient }
        let nonce = random.bytes(24)
        var box = [UInt8](repeating: 0, count: message.count + 16)
        let status = withUnsafeBytes(of: recipient.raw.words) { recipient in
            privateKey.withBytes { key in
                guard let recipient = recipient.baseAddress, let key = key.baseAddress else { return Int32(-1) }
                return crypto_box_easy(
                    &box, message, UInt64(message.count), nonce, recipient.assumingMemoryBound(to: UInt8.self),
                    key.assumingMemoryBound(to: UInt8.self))
            }
        }
        // The box is refused only for a recipient whose shared key would be known to everybody (a small-order point).
        guard status == 0 else { throw .invalidRecipient }
        return Self.sealVersion + nonce + box
    }

    /// Seals for a recipient given as text; any fault of the text is `not a valid recipient public curve key`.
    public func seal(
        _ message: [UInt8], to recipient: String, random: RandomSource = .system
    ) throws(NKeyError) -> [UInt8] {
        guard publicKey.kind == .curve else { throw .onlyCurveSeals }
        guard let recipient = try? PublicKey(recipient) else { throw .invalidRecipient }
        return try seal(message, to: recipient, random: random)
    }

    /// Opens what `sender` (a curve key) sealed for this key.
    /// - Throws: `only curve key can seal/open`, `encrypted input is not valid`, `encrypted input wrong version`,
    ///   `not a valid sender public curve key`, `could not decrypt input`, checked in this order.
    public func open(_ sealed: [UInt8], from sender: PublicKey) throws(NKeyError) -> [UInt8] {
        try checkSealed(sealed)
        guard sender.kind == .curve else { throw .invalidSender }
        guard sealed.count >= Self.sealOverhead else { throw .cannotDecrypt }
        let nonce = Array(sealed[4..<28])
        let box = Array(sealed[28...])
        var message = [UInt8](repeating: 0, count: box.count - 16)
        let status = withUnsafeBytes(of: sender.raw.words) { sender in
            privateKey.withBytes { key in
                guard let sender = sender.baseAddress, let key = key.baseAddress else { return Int32(-1) }
                return crypto_box_open_easy(
                    &message, box, UInt64(box.count), nonce, sender.assumingMemoryBound(to: UInt8.self),
                    key.assumingMemoryBound(to: UInt8.self))
            }
        }
        guard status == 0 else { throw .cannotDecrypt }
        return message
    }

    /// Opens with a sender given as text; any fault of the text is `not a valid sender public curve key`.
    public func open(_ sealed: [UInt8], from sender: String) throws(NKeyError) -> [UInt8] {
        try checkSealed(sealed)
        guard let sender = try? PublicKey(sender) else { throw .invalidSender }
        return try open(sealed, from: sender)
    }

    private func checkSealed(_ sealed: [UInt8]) throws(NKeyError) {
        guard publicKey.kind == .curve else { throw .onlyCurveSeals }
        guard sealed.count > 28 else { throw .invalidSealed }
        guard sealed.starts(with: Self.sealVersion) else { throw .wrongSealVersion }
    }
}
