import Mappings
import Rules

extension Console {
    /// For somebody who is not signed in.
    func welcome(_ request: ConsoleRequest) -> ConsoleReply {
        guard request.isReading else {
            return failure(ConsoleRefusal(401, "You are not signed in.", "Sign in, and repeat it."), nil)
        }
        // A link from a mail or a chat comes without the cookie, since it is strict. The page's own second look has it.
        if request.header("Sec-Fetch-Site") == "cross-site" { return .page(SignInPage.again) }
        return .see(Address("/sign-in", query: [("to", request.target == "/" ? nil : request.target)]))
    }

    func signIn(_ request: ConsoleRequest, _ version: Version) async throws -> ConsoleReply {
        let target = Address(returning: request.form["to"] ?? request.query["to"])
        if version.isOpen || visitor(of: request, version) != nil { return .see(target) }
        if request.isReading { return .page(SignInPage(target: target).html) }
        guard request.method == "POST" else {
            throw ConsoleRefusal(405, "'/sign-in' does not take \(request.method).", "Open it in the browser.", allow: "GET, HEAD, POST")
        }
        let (name, password) = (request.form["name"] ?? "", request.form["password"] ?? "")
        switch await signIn.attempt(name: name, password: password, from: address(of: request), among: version.users) {
        case .right(let user):
            let token = sessions.begin(user, at: clock.now())
            logger.info("signed in to the console", metadata: ["operator": "\(user.name)", "peer": "\(request.peer)"])
            return .see(target).with("Set-Cookie", Self.cookieText(token, seconds: Sessions.length.components.seconds))
        case .wrong:
            logger.warning("a wrong name or password at the console", metadata: ["peer": "\(request.peer)"])
            return .page(SignInPage(target: target, complaint: SignInPage.wrong).html, status: 401)
        case .tooMany:
            return .page(SignInPage(target: target, complaint: SignInPage.tooMany).html, status: 429).with("Retry-After", "30")
        }
    }

    /// The client's, as far as proxies are trusted.
    private func address(of request: ConsoleRequest) -> String {
        let wire = WireRequest(method: request.method, path: request.path, headers: request.headers)
        guard case .peer(let text, _) = current.reception.sender(of: wire, peer: request.peer) else { return request.peer }
        return text
    }

    func signOut(_ request: ConsoleRequest) -> ConsoleReply {
        if let token = request.cookie(Self.cookie) { sessions.end(token) }
        return .see(Address("/")).with("Set-Cookie", Self.cookieText("", seconds: 0))
    }

    private static func cookieText(_ token: String, seconds: Int64) -> String {
        "\(cookie)=\(token); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
    }
}
