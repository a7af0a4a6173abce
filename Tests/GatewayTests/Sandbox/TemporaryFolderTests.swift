import Foundation
import Testing

@testable import Gateway

struct TemporaryFolderTests {
    @Test func `a folder is there with its name and goes with its files`() throws {
        let folder = try TemporaryFolder(for: "test")
        #expect(folder.path.split(separator: "/").last?.hasPrefix("gateway-test-") == true)
        try Data("x".utf8).write(to: URL(filePath: folder.file("x.db")))
        folder.remove()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
}
