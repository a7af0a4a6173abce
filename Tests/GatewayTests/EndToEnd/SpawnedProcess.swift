import Foundation
import Synchronization

/// A program that runs beside the tests, with files as its input and output. It is ended by its own process id only.
///
/// Foundation's `Process` is not used: it hands down every descriptor that another test opens at that moment, and has crashed here.
final class SpawnedProcess: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    /// Where standard input comes from and where the output goes; `/dev/null` if nothing is given.
    struct Files: Sendable {
        var input = "/dev/null"
        var output = "/dev/null"
        var errors = "/dev/null"
    }

    let pid: Int32
    /// As `waitpid` gives it, once the process has ended.
    private let status = Mutex<Int32?>(nil)

    /// - Parameter command: the program, found on the path if it has no slash, and its arguments.
    init(_ command: [String], in folder: String = "/", environment: [String: String] = [:], files: Files = Files()) throws {
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        pid = try Self.spawn(command, in: folder, environment: all.map { "\($0)=\($1)" }, files)
    }

    /// Runs a command to its end. Its exit code.
    static func run(_ command: String...) async throws -> Int32 { try await SpawnedProcess(command).ended() }

    var isRunning: Bool { result == nil }

    /// The exit code, or the negative number of the signal that ended it; nil while it runs.
    var result: Int32? {
        status.withLock { status in
            if status == nil {
                var found: Int32 = 0
                if waitpid(pid, &found, WNOHANG) == pid { status = found }
            }
            return status.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : -($0 & 0x7F) }
        }
    }

    /// Waits for the end.
    func ended() async throws -> Int32 {
        if let result = try await eventually({ result }) { return result }
        signal(SIGKILL)
        throw Failure(description: "process \(pid) did not end")
    }

    func signal(_ number: Int32) {
        // Nothing collects the process while the lock is held, so the id is still its own.
        status.withLock { if $0 == nil { _ = kill(pid, number) } }
    }

    // Glibc has these two, but Swift's module of it does not show them.
    private static let changeFolder: @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32 =
        unsafeBitCast(
            dlsym(nil, "posix_spawn_file_actions_addchdir_np"),
            to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32).self)
    private static let closeFrom: @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32 =
        unsafeBitCast(
            dlsym(nil, "posix_spawn_file_actions_addclosefrom_np"),
            to: (@convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)

    private static func spawn(_ command: [String], in folder: String, environment: [String], _ files: Files) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        _ = Self.changeFolder(&actions, folder)
        posix_spawn_file_actions_addopen(&actions, 0, files.input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files.output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, files.errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = Self.closeFrom(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: Int32 = 0
        let code = posix_spawnp(&pid, command[0], &actions, &attributes, arguments, variables)
        guard code == 0 else { throw Failure(description: "\(command[0]) does not start: \(String(cString: strerror(code)))") }
        return pid
    }
}
