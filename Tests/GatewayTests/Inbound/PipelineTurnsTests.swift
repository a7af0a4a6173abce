import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

/// Pipelined requests of several connections on one event loop.
struct PipelineTurnsTests {
    /// Stands behind the feeder: notes each head, and is then at work on it.
    private final class Heads: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private(set) var count = 0
        let feeder: RequestFeeder

        init(_ feeder: RequestFeeder) { self.feeder = feeder }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            count += String(buffer: unwrapInboundIn(data)).hasSuffix("\r\n\r\n") ? 1 : 0
            feeder.hold()
        }
    }

    @Test func `a loop may look at its sockets before each pipelined request, and connections take turns`() throws {
        let (loop, turns) = (EmbeddedEventLoop(), PipelineTurns())
        let connections = try (0..<3).map { _ in
            let feeder = RequestFeeder(turns)
            let heads = Heads(feeder)
            let channel = EmbeddedChannel(loop: loop)
            try channel.pipeline.syncOperations.addHandlers([feeder, heads])
            return (channel, heads)
        }
        let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        for (channel, heads) in connections {
            try channel.writeInbound(ByteBuffer(string: String(repeating: request, count: 3)))
            #expect(heads.count == 1)
        }
        for round in 2...3 {
            for (_, heads) in connections { heads.feeder.go(.head) }
            loop.run()
            #expect(connections.map(\.1.count) == [round - 1, round - 1, round - 1])
            for served in 1...3 {
                loop.advanceTime(by: .microseconds(100))
                #expect(connections.map(\.1.count).reduce(0, +) == 3 * (round - 1) + served)
            }
        }
        for (channel, _) in connections { _ = try channel.finish(acceptAlreadyClosed: true) }
    }
}
