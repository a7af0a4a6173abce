import Synchronization

/// All trackers that are known: those the binary carries, and those of a folder, which replace carried ones of the same name.
///
/// Most commands need a few of those that the binary carries, and to compile them all takes longer than all else that such a command does. So
/// each is compiled when it is first asked for.
package struct MappingCatalog: Sendable {
    private var added: [Mapping] = []
    private var carried: [File] = []
    /// Of those that were added.
    private var texts: [String: String] = [:]
    private var found = Diagnostics()

    package init() {}

    private init(carrying files: [File]) { carried = files }

    /// A mapping file's text with the name that diagnostics show.
    package struct File: Sendable {
        package var path: String
        package var text: String

        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }

        /// The file's name without folder and extension.
        package var name: String {
            let last = path.split(separator: "/").last.map(String.init) ?? path
            return last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
        }
    }

    /// The files that the binary carries.
    package static let builtInFiles: [File] = BuiltInFiles.mappings.map { File(path: "mappings/\($0.name)", text: $0.text) }

    /// The configuration of the demo.
    package static let demoConfiguration = BuiltInFiles.demo

    package static let builtIn = MappingCatalog(carrying: builtInFiles)

    private typealias Compiled = (mapping: Mapping?, diagnostics: Diagnostics)

    /// What was made of the files that the binary carries, by their names.
    private static let compiled = Mutex<[String: Compiled]>([:])

    private static func compiled(_ file: File) -> Compiled {
        if let known = compiled.withLock({ $0[file.name] }) { return known }
        let result = MappingCompiler.compile(file.text, name: file.name, file: file.path)
        compiled.withLock { $0[file.name] = result }
        return result
    }

    /// Compiles a file and puts it in place of one of the same name. A file with mistakes adds to `diagnostics` and nothing else.
    ///
    /// - Returns: what is wrong with it.
    @discardableResult
    package mutating func add(_ file: File) -> Diagnostics {
        let (mapping, found) = MappingCompiler.compile(file.text, name: file.name, file: file.path)
        self.found.append(contentsOf: found)
        guard let mapping else { return found }
        added.removeAll { $0.name == mapping.name }
        carried.removeAll { $0.name == mapping.name }
        added.append(mapping)
        texts[mapping.name] = file.text
        return found
    }

    /// The file that a mapping was compiled from; nil if there is none of the name.
    package func text(of name: String) -> String? { texts[name] ?? carried.first { $0.name == name }?.text }

    package subscript(_ name: String) -> Mapping? {
        added.first { $0.name == name } ?? carried.first { $0.name == name }.flatMap { Self.compiled($0).mapping }
    }

    package var names: [String] { (added.map(\.name) + carried.map(\.name)).sorted() }

    package var diagnostics: Diagnostics {
        (carried.map { Self.compiled($0).diagnostics } + [found]).reduce(into: Diagnostics()) { $0.append(contentsOf: $1) }
    }

    /// By name.
    package var mappings: [Mapping] {
        (added + carried.compactMap { Self.compiled($0).mapping }).sorted { $0.name < $1.name }
    }

    /// Those that may have a path with this beginning, by name. Of those that the binary carries only these are compiled.
    package func mappings(withPath beginning: String) -> [Mapping] {
        (added + carried.filter { $0.contains(beginning) }.compactMap { Self.compiled($0).mapping }).sorted { $0.name < $1.name }
    }
}

extension MappingCatalog.File {
    /// Byte by byte, since all the files together are long.
    fileprivate func contains(_ word: String) -> Bool {
        let word = Array(word.utf8)
        guard let first = word.first else { return true }
        return text.utf8.withContiguousStorageIfAvailable { bytes in
            var index = 0
            while index + word.count <= bytes.count {
                if bytes[index] == first, bytes[index...].starts(with: word) { return true }
                index += 1
            }
            return false
        } ?? true
    }
}
