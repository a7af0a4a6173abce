import Hummingbird

/// The least a durable intake could cost: Hummingbird reads the body whole and answers a fixed text, on the event loop
/// group the gateway uses too. No credential, no mapping, no store.
struct BareEndpoint {
    private static let reply = ByteBuffer(string: #"{"success":true}"#)

    /// Serves until SIGTERM on a port the system chooses, which is printed as `listening on 127.0.0.1:PORT`.
    func run() async throws {
        let router = Router()
        router.post("/tracker/orders/paid") { request, _ in
            _ = try await request.body.collect(upTo: 1 << 20)
            return Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: Self.reply)
            )
        }
        router.get("/readyz") { _, _ in HTTPResponse.Status.ok }

        var application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                printLine("listening on 127.0.0.1:\(port)")
            }
        )
        application.logger.logLevel = .error
        try await application.runService()
    }
}
