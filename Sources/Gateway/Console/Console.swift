import Logging
import Mappings
import Rules
import Synchronization

/// The pages on which people see what came in, what it became, what was sent where and what each tracker answered.
///
/// Every request goes the same way: who asks (`SignIn`, `Sessions`), whether he may, which page answers (`Console+Endpoints`). Pages ask the store
/// through the same reading layer as the commands, and write HTML with `HTMLBuilder`.
final class Console: Sendable {
    struct Clock: Sendable {
        var now: @Sendable () -> Timestamp
        var sleep: @Sendable (Duration) async -> Void
    }

    /// A configuration in use, and the judge that it gives.
    struct Version: Sendable {
        let configuration: Configuration
        let reception: Reception

        init(_ configuration: Configuration) {
            self.configuration = configuration
            reception = Reception(configuration)
        }

        var users: [ConsoleUser] { configuration.console?.users ?? [] }
        /// Nobody signs in: the listener is for this machine only.
        var isOpen: Bool { users.isEmpty }
    }

    let store: any ConversionStore
    let clock: Clock
    let logger: Logger
    let zone: Zone
    /// Deliveries were made due: the dispatcher may look at once.
    let wake: @Sendable () -> Void
    /// The page of metrics.
    let figures: @Sendable () -> String
    let sessions = Sessions()
    let signIn: SignIn
    let frozen = FrozenSets()
    private let turnstile = Turnstile(places: 2)
    /// What forms carry while nobody signs in.
    private let openToken = SecretText.random()
    private let version: Mutex<Version>
    private let ended = Atomic(false)

    init(
        _ configuration: Configuration, store: any ConversionStore, clock: Clock, zone: Zone = .current, logger: Logger,
        wake: @escaping @Sendable () -> Void = {}, figures: @escaping @Sendable () -> String = { "" }
    ) {
        self.store = store
        self.clock = clock
        self.zone = zone
        self.logger = logger
        self.wake = wake
        self.figures = figures
        signIn = SignIn(now: clock.now, sleep: clock.sleep)
        version = Mutex(Version(configuration))
    }

    var current: Version { version.withLock { $0 } }

    /// For what is asked from now on.
    func apply(_ configuration: Configuration) {
        let next = Version(configuration)
        version.withLock { $0 = next }
    }

    /// The process ends: streams of events end, too.
    func end() { ended.store(true, ordering: .relaxed) }
    var isEnding: Bool { ended.load(ordering: .relaxed) }

    // MARK: Who asks

    static let cookie = "gateway_session"

    func visitor(of request: ConsoleRequest, _ version: Version) -> Visitor? {
        if version.isOpen { return Visitor(name: "(no sign-in)", role: .operator, formToken: openToken, isSignedIn: false) }
        guard let token = request.cookie(Self.cookie) else { return nil }
        return sessions.visitor(token, among: version.users, at: clock.now())
    }

    /// A stranger's body is a name and a password.
    func bodyLimit(for request: ConsoleRequest) async -> Int { visitor(of: request, current) == nil ? 16 * 1024 : 2 * 1024 * 1024 }

    func tooLarge(_ limit: Int) -> ConsoleReply {
        failure(ConsoleRefusal(413, "The form is larger than \(limit / 1024) KiB.", "Paste a smaller request."), nil)
    }

    // MARK: Answering

    func respond(to request: ConsoleRequest) async -> ConsoleReply {
        let version = current
        if let asset = ConsoleAssets.reply(to: request) { return asset }
        let visitor = visitor(of: request, version)
        do {
            try check(request, version)
            if request.path == "/metrics" { return await metrics(request, version) }
            if request.path == "/sign-in" { return try await signIn(request, version) }
            guard let visitor else { return welcome(request) }
            return try await answer(request, visitor)
        } catch let refusal as ConsoleRefusal {
            return failure(refusal, visitor)
        } catch let error as StoreError {
            logger.warning("the console could not ask the store: \(error)")
            return failure(ConsoleRefusal(503, "The store does not answer at the moment.", "Load the page again in a moment."), visitor)
        } catch {
            logger.error("a page of the console failed: \(error)", metadata: ["path": "\(request.path)"])
            return failure(ConsoleRefusal(500, "This page failed.", "The gateway's log says why."), visitor)
        }
    }

    /// What another site could make a browser send.
    private func check(_ request: ConsoleRequest, _ version: Version) throws(ConsoleRefusal) {
        let host = request.header("Host") ?? ""
        // A name that leads here from elsewhere would let another site read the pages.
        if version.isOpen, !Self.isOfThisMachine(host) {
            throw ConsoleRefusal(
                421, "The console without sign-in answers to 127.0.0.1 and localhost only.",
                "Open it by that address, or give the console users.")
        }
        guard !request.isReading else { return }
        if let site = request.header("Sec-Fetch-Site"), site != "same-origin", site != "none" { throw ConsoleRefusal.otherSite }
        if let origin = request.header("Origin"), origin != "http://\(host)", origin != "https://\(host)" { throw ConsoleRefusal.otherSite }
    }

    private static func isOfThisMachine(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }.dropFirst()) : String(host.prefix { $0 != ":" })
        return ListenAddress(host: name.lowercased(), port: 0).isLoopback
    }

    private func answer(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        guard let endpoint = endpoint(request.segments) else {
            throw ConsoleRefusal(404, "There is no page \(request.path.quotedBriefly).", "The links above lead to every page.")
        }
        if request.isReading, let get = endpoint.get { return try await turnstile.pass { try await get(request, visitor) } }
        guard request.method == "POST", let post = endpoint.post else {
            throw ConsoleRefusal(
                405, "\(request.path.quotedBriefly) does not take \(request.method).", endpoint.hint, allow: endpoint.allowed)
        }
        guard SecretText.areEqual(request.form["token"] ?? "", visitor.formToken) else {
            throw ConsoleRefusal.otherSite
        }
        guard visitor.isOperator || endpoint.isForViewers else {
            throw ConsoleRefusal(403, "\(visitor.name) is a viewer and may only look.", "An operator can do this.")
        }
        return try await turnstile.pass { try await post(request, visitor) }
    }

    func failure(_ refusal: ConsoleRefusal, _ visitor: Visitor?) -> ConsoleReply {
        var reply = ConsoleReply.page(RefusalPage(refusal).html(visitor), status: refusal.status)
        if let allow = refusal.allow { reply = reply.with("Allow", allow) }
        return reply
    }

    /// Keeps what an operator did.
    func note(_ what: String, by visitor: Visitor, _ request: ConsoleRequest) async throws {
        logger.info("operator: \(what)", metadata: ["operator": "\(visitor.name)"])
        try await store.note(OperatorAction(time: clock.now(), name: visitor.name, peer: request.peer, what: what))
    }
}

/// Why a browser does not get what it asked for, in two sentences.
struct ConsoleRefusal: Error {
    var status: Int
    var sentence: String
    var hint: String
    var allow: String?

    init(_ status: Int, _ sentence: String, _ hint: String, allow: String? = nil) {
        (self.status, self.sentence, self.hint, self.allow) = (status, sentence, hint, allow)
    }

    static let otherSite = ConsoleRefusal(
        403, "This form did not come from a page of this console, or its page is too old.", "Open the page again and repeat it there.")
}
