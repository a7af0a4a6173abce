import Testing

@testable import Gateway

struct ChangeWatchTests {
    private func watched(_ folder: ConfigurationFolder) -> WatchedFiles {
        var files = WatchedFiles()
        files.add(file: folder.configuration)
        return files
    }

    @Test func `files are read again when they are different and look the same twice`() async throws {
        try await ConfigurationFolder.use { folder in
            let files = watched(folder)
            var watch = ChangeWatch(read: files.seen)
            func isDue() -> Bool { watch.sees(files.look) }
            #expect(!isDue())
            for text in ["s", "so", "sour"] {
                // Still being written.
                try folder.write(text)
                #expect(!isDue())
            }
            #expect(isDue())
            // It was not read; it is still different.
            #expect(isDue())
            watch = ChangeWatch(read: files.look)
            #expect(!isDue())
        }
    }

    @Test func `a file that is as it was read before it settled is not read again`() async throws {
        try await ConfigurationFolder.use { folder in
            let files = watched(folder)
            var watch = ChangeWatch(read: files.seen)
            func isDue() -> Bool { watch.sees(files.look) }
            try folder.write("a")
            #expect(!isDue())
            try folder.remove("gateway.yaml")
            #expect(!isDue())
            #expect(!isDue())
        }
    }
}
