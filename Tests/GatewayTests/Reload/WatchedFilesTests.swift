import Foundation
import Testing

@testable import Gateway

struct WatchedFilesTests {
    @Test func `a file looks different once it is written, replaced, removed or there`() async throws {
        try await ConfigurationFolder.use { folder in
            try folder.write("one", to: "a.txt")
            var files = WatchedFiles()
            files.add(file: "\(folder.path)/a.txt")
            files.add(file: "\(folder.path)/b.txt")
            #expect(files.look == files.seen)

            try folder.write("longer", to: "a.txt")
            let written = files.look
            #expect(written != files.seen)
            // Of the same size and time, as a tool may leave it: the file itself is another one.
            let time = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/a.txt")[.modificationDate] as? Date
            try folder.write("shorte", to: "c.txt")
            try FileManager.default.setAttributes([.modificationDate: try #require(time)], ofItemAtPath: "\(folder.path)/c.txt")
            try #require(rename("\(folder.path)/c.txt", "\(folder.path)/a.txt") == 0)
            let replaced = files.look
            #expect(replaced != written)

            try folder.write("", to: "b.txt")
            let there = files.look
            #expect(there != replaced)
            try folder.remove("a.txt")
            #expect(files.look != there)
        }
    }

    @Test func `a folder looks different once a mapping comes or goes, and other files are nothing to it`() async throws {
        try await ConfigurationFolder.use { folder in
            try folder.write("", to: "trackers/acme.yaml")
            var files = WatchedFiles()
            files.add(folder: "\(folder.path)/trackers")
            try folder.write("", to: "trackers/notes.txt")
            #expect(files.look == files.seen)
            try folder.write("", to: "trackers/brandy.yaml")
            #expect(files.look != files.seen)
            try folder.remove("trackers/brandy.yaml")
            #expect(files.look == files.seen)
            try folder.remove("trackers/acme.yaml")
            #expect(files.look != files.seen)
        }
    }

    @Test func `a union watches the files of both`() async throws {
        try await ConfigurationFolder.use { folder in
            var (one, other) = (WatchedFiles(), WatchedFiles())
            one.add(file: "\(folder.path)/a.txt")
            other.add(file: "\(folder.path)/b.txt")
            let both = one.union(other)
            #expect(both.look == both.seen)
            try folder.write("", to: "b.txt")
            #expect(both.look != both.seen)
            #expect(one.look == one.seen)
        }
    }

    @Test func `a configuration is read from its own file, its mappings and its lists, and all are watched`() async throws {
        try await ConfigurationFolder.use { folder in
            try folder.write(ConfigurationFixture.acme, to: "trackers/acme.yaml")
            try folder.write("c-1\n", to: "clicks.txt")
            try folder.write(
                """
                mappings: trackers
                sources:
                  casino:
                    tracker: rs-traffic
                    credentials: { secret: s234567890123456 }
                    review: [unknown_click: { clicks: clicks.txt }]
                """)
            let reading = folder.reading
            #expect(reading.configuration?.sources.map(\.name) == ["casino"])
            for name in ["gateway.yaml", "trackers/acme.yaml", "clicks.txt", "trackers/new.yaml"] {
                let before = reading.files.look
                try folder.write("# \(name)", to: name)
                #expect(reading.files.look != before, "\(name)")
            }
        }
    }
}
