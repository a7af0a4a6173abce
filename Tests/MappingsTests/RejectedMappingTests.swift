import Foundation
import Testing

@testable import Mappings

/// Every mapping of the folder `Rejected` is refused with exactly the lines of the file beside it.
struct RejectedMappingTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Rejected")
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()

    @Test(arguments: names)
    func `a mapping with mistakes is refused with all of them`(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: "\(name).yaml"), encoding: .utf8)
        let expected = try? String(contentsOf: Self.folder.appending(path: "\(name).diagnostics"), encoding: .utf8)
        let (mapping, diagnostics) = MappingCompiler.compile(text, name: name, file: "\(name).yaml")
        #expect(mapping == nil)
        #expect(diagnostics.sorted.map { "\($0)\n" }.joined() == expected)
    }

    @Test func `every list of mistakes has its mapping`() throws {
        #expect(Self.names.count >= 25)
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".diagnostics") }
        #expect(files.map { String($0.dropLast(12)) }.sorted() == Self.names)
    }
}
