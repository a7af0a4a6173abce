import Foundation
import FuzzProperties
import Testing

/// What the fuzzer has found worth keeping, asked again at every run; `make fuzz ARGS=--save` adds to it.
struct FuzzCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

    @Test(arguments: Property.allCases)
    func `what must hold for every input holds for the saved ones`(property: Property) throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: property.rawValue), includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            do throws(Violation) {
                let bytes = Array(try Self.contents(of: file))
                if !property.isTimed(bytes) { try property.check(bytes) }
            } catch {
                Issue.record("\(file.path): \(error)")
            }
        }
    }

    private static func contents(of file: URL) throws(Violation) -> Data {
        guard let data = FileManager.default.contents(atPath: file.path) else { throw Violation(description: "it cannot be read") }
        return data
    }

    /// Levels cost stack, and a stack overflow cannot be caught.
    @Test(arguments: ["(", "not ", "- ", "lower(", "1 + ", "true and ", "[", "{a: "])
    func `twenty thousand levels are refused, not crashed on`(part: String) throws {
        for property in [Property.expression, .template, .mapping, .json] {
            let text = String(repeating: part, count: 20_000)
            try property.check(Array((property == .template ? "{\(text)}" : text).utf8))
        }
    }
}
