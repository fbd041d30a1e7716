/// Where nsc keeps its files below a folder.
///
/// With `nsc --all-dirs DIR` operators, `keys` and `creds` lie side by side in `DIR`. Otherwise, in
/// `$XDG_DATA_HOME/nats/nsc`, operators lie in `stores`, and `keys` and `creds` in `keys`.
public enum StoreLayout: String, Sendable, Hashable, CaseIterable {
    /// Everything in one folder.
    case allDirs = "all-dirs"
    /// The folders of the base directory specification.
    case xdg

    /// The folder of the operators below `root`.
    func stores(_ root: String) -> String { self == .xdg ? root + "/stores" : root }

    /// The folder below `root` that holds `keys` and `creds`.
    func keystore(_ root: String) -> String { self == .xdg ? root + "/keys" : root }

    /// The mark of an operator's folder.
    static let mark = ".nsc"

    /// The file of a seed, relative to the keystore.
    static func seedPath(_ key: String) -> String {
        "keys/\(key.prefix(1))/\(key.dropFirst().prefix(2))/\(key).nk"
    }

    /// The layout of a folder, and the folder itself or the one below it where nsc's files begin; nil if there are no
    /// operators.
    static func find(_ folder: String) -> (layout: StoreLayout, root: String)? {
        for root in [folder, folder + "/nats/nsc"] {
            for layout in allCases where !operators(in: layout.stores(root)).isEmpty { return (layout, root) }
        }
        return nil
    }

    /// The operators' folders, by name.
    static func operators(in stores: String) -> [String] {
        (Folder.names(in: stores) ?? []).filter { PrivateFile.exists("\(stores)/\($0)/\(mark)") }
    }
}
