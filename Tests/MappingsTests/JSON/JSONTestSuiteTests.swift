import Foundation
import Testing

@testable import Mappings

/// Runs Nicolas Seriot's JSONTestSuite, which lies in a folder beside the package.
struct JSONTestSuiteTests {
    private static let folder = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        .appending(path: "../shared/data/json-test-suite/test_parsing").standardizedFileURL
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    private func document(_ name: String, unique: Bool) throws -> JSONDocument {
        try JSONDocument(parsing: Array(Data(contentsOf: Self.folder.appending(path: name))), rejectingDuplicateKeys: unique)
    }

    @Test(.enabled(if: !names.isEmpty, "the folder ../shared/data/json-test-suite is absent"))
    func `every text that must be accepted is`() throws {
        let accepted = Self.names.filter { $0.hasPrefix("y_") }
        #expect(accepted.count == 95)
        for name in accepted {
            #expect(throws: Never.self, "\(name)") { try document(name, unique: false) }
            if !name.contains("duplicated_key") { #expect(throws: Never.self, "\(name)") { try document(name, unique: true) } }
        }
    }

    @Test(.enabled(if: !names.isEmpty, "the folder ../shared/data/json-test-suite is absent"))
    func `every text that must be refused is`() {
        let refused = Self.names.filter { $0.hasPrefix("n_") }
        #expect(refused.count == 188)
        for name in refused { #expect(throws: JSONError.self, "\(name)") { try document(name, unique: false) } }
    }

    @Test(.enabled(if: !names.isEmpty, "the folder ../shared/data/json-test-suite is absent"))
    func `of the texts that may be either, only numbers of any size are accepted`() {
        let open = Self.names.filter { $0.hasPrefix("i_") }
        let accepted = open.filter { (try? document($0, unique: true)) != nil }
        #expect(accepted == open.filter { $0.hasPrefix("i_number_") })
        #expect(accepted.count == 10)
    }

    @Test(.enabled(if: !names.isEmpty, "the folder ../shared/data/json-test-suite is absent"))
    func `the texts with a key given twice are refused by default`() {
        for name in ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"] {
            let error = #expect(throws: JSONError.self) { try document(name, unique: true) }
            #expect(error?.reason == "duplicate key 'a'")
        }
    }
}
