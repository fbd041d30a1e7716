import Glibc

/// Folders as the interchange with other tools reads them.
enum Folder {
    /// Deeper than any tool nests its files: links that lead back to a folder above end here.
    private static let deepest = 12

    /// The names in a folder, sorted, without those of the folder itself and the one above; nil if it is no folder that
    /// can be read.
    static func names(in path: String) -> [String]? {
        guard let stream = opendir(path) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The files below a folder whose names end with `suffix`, sorted.
    static func files(below path: String, endingWith suffix: String, recursively: Bool = true) -> [String] {
        files(below: path, suffix, depth: recursively ? deepest : 0)
    }

    private static func files(below path: String, _ suffix: String, depth: Int) -> [String] {
        (names(in: path) ?? []).flatMap { name -> [String] in
            let child = "\(path)/\(name)"
            if isFolder(child) { return depth > 0 ? files(below: child, suffix, depth: depth - 1) : [] }
            return name.hasSuffix(suffix) ? [child] : []
        }
    }
}
