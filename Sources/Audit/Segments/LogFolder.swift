/// A folder with logs in it, each in a folder that bears its name: the broker logs, and the latest checkpoint of the
/// directory's log.
public enum LogFolder {
    /// The most logs that a checkpoint mentions.
    private static let mostMentions = 64

    /// The names of the brokers' logs, in order; none where the folder is not there.
    public static func logs(in folder: String) -> [String] {
        names(in: folder).filter { name in
            (try? storage(folder, name).size(of: SegmentFile.description)) ?? nil != nil
        }
    }

    private static func names(in folder: String) -> [String] {
        ((try? FolderStorage(reading: folder).names(in: nil)) ?? []).sorted()
    }

    private static func storage(_ folder: String, _ name: String) -> FolderStorage {
        FolderStorage(reading: "\(folder)/\(name)")
    }

    /// What is known of other logs than one: their latest checkpoints, as they lie there. Their signatures are for a check
    /// of those logs.
    public static func mentions(in folder: String, besides own: String) -> [Checkpoint.Mention] {
        names(in: folder).filter { $0 != own }.prefix(mostMentions).compactMap { name in
            guard let bytes = try? storage(folder, name).readAll(SegmentFile.checkpoint, atMost: 64 << 10),
                let text = String(validating: bytes, as: UTF8.self), let note = try? SignedNote(text),
                let checkpoint = try? Checkpoint(text: note.text)
            else { return nil }
            return Checkpoint.Mention(checkpoint)
        }
    }
}
