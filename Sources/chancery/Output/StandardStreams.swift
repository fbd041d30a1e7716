import Glibc

/// The three files that every process expects to be open.
enum StandardStreams {
    /// Takes the places of those that are closed, so that no file of ours comes to stand there and receives what is said
    /// to people. An answer still cannot be written to a standard output that was closed, which is an error as always.
    static func occupy() {
        let modes = [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
        for (descriptor, mode) in modes where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is taken, and those below it are in use.
            _ = open("/dev/null", mode)
        }
    }
}
