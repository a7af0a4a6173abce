import NIOCore

/// What a listener does with each connection that it accepts.
protocol ConnectionSetup: Sendable {
    associatedtype Connection: Sendable

    /// Fills the pipeline of an accepted channel; called on its event loop.
    func setup(channel: any Channel) -> EventLoopFuture<Connection>

    /// Serves the connection and returns when it is gone. If its task is cancelled, the time for a graceful end is over.
    func handle(_ connection: Connection) async
}
