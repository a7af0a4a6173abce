import ArgumentParser
import Foundation
import Mappings

struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the manual page.",
        discussion: """
            To read it: gateway manual > gateway.1 && man ./gateway.1
            To install it: gateway manual > /usr/local/share/man/man1/gateway.1
            """)

    func run() throws {
        guard let tree = HelpTree.gateway else { throw ExitStatus.findings }
        Terminal.printRaw(ManualPage(tree: tree, version: GatewayCommand.version, day: Self.day).text)
    }

    /// The day on which this program's file was written.
    private static var day: String {
        let file = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let date = (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date
        return date.map { Timestamp(seconds: Int64($0.timeIntervalSince1970)).day } ?? SystemClock.now().day
    }
}
