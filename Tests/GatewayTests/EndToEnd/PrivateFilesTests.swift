import Foundation
import Testing

extension EndToEnd {
    /// Commands that keep conversions for their own time only keep them from everybody else on the machine.
    struct PrivateFilesTests {
        @Test(arguments: ["sandbox", "demo"], ["000", "777"])
        func `the temporary folder of a command and its files are for their owner only`(command: String, umask: String) async throws {
            try await Workbench.use { bench in
                let temporary = "\(bench.folder)/tmp"
                try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
                let script = "umask \(umask); exec '\(Workbench.executable)' \(command) --listen 127.0.0.1:0"
                let output = "\(bench.folder)/output"
                let process = try SpawnedProcess(
                    ["/bin/sh", "-c", script], in: bench.folder, environment: ["TMPDIR": temporary], files: .init(output: output))
                defer { process.signal(SIGKILL) }
                // Each ends in order once it has said this.
                let last = command == "demo" ? "Ctrl-C ends it" : "listening on "
                try await until { String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self).contains(last) }
                let stores = command == "demo" ? ["sandbox", "demo"] : ["sandbox"]
                try await until { stores.allSatisfy { Self.modes(in: temporary, of: $0).count == 4 } }
                for store in stores {
                    #expect(
                        Self.modes(in: temporary, of: store)
                            == ["": 0o700, "\(store).db": 0o600, "\(store).db-shm": 0o600, "\(store).db-wal": 0o600])
                }
                process.signal(SIGTERM)
                #expect(try await process.ended() == 0)
                #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
            }
        }

        /// Of the folder itself, under no name, and of what is in it.
        private static func modes(in folder: String, of store: String) -> [String: Int] {
            let files = FileManager.default
            let names = (try? files.contentsOfDirectory(atPath: folder)) ?? []
            guard let name = names.first(where: { $0.hasPrefix("gateway-\(store)-") }) else { return [:] }
            var modes: [String: Int] = [:]
            for entry in [""] + ((try? files.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []) {
                modes[entry] = (try? files.attributesOfItem(atPath: "\(folder)/\(name)/\(entry)"))?[.posixPermissions] as? Int
            }
            return modes
        }
    }
}
