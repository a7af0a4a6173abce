import Dispatch
import Foundation

/// Ends the nodes if the run itself is ended by Ctrl-C or SIGTERM.
struct Interruption {
    private let sources: [any DispatchSourceSignal]

    init(_ nodes: [Node], _ cluster: PostgresCluster?) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Task {
                    for node in nodes { _ = await node.kill() }
                    await cluster?.stop()
                    exit(128 + number)
                }
            }
            source.resume()
            return source
        }
    }

    func stop() { for source in sources { source.cancel() } }
}
