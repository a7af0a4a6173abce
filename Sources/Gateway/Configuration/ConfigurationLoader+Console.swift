import Mappings
import Rules

extension ConfigurationLoader {
    mutating func console(_ node: YAMLNode) -> ConsoleConfiguration? {
        var map = YAMLFields(node, subject: "'console'", into: &diagnostics)
        let listenNode = map.require("listen", &diagnostics)
        let listen = listenNode.flatMap { listenAddress($0) }
        let users = map.map("users", &diagnostics).compactMap { consoleUser($0.name, at: $0.key.location, $0.value) }
        let token = map.take("metrics_token").flatMap { metricsToken($0) }
        let hasUsers = !(node["users"]?.entries ?? []).isEmpty
        map.finish(&diagnostics)
        guard let listen, let listenNode else { return nil }
        if !hasUsers { checkOpenConsole(listen, at: listenNode.location) }
        return ConsoleConfiguration(listen: listen, users: users, metricsToken: token)
    }

    private mutating func checkOpenConsole(_ listen: ListenAddress, at place: SourceLocation) {
        if listen.isLoopback {
            diagnostics.warning(
                at: place,
                "the console has no 'users', so everyone on this machine is an operator; add users: { NAME: { password: …, role: operator } }, "
                    + "with what `gateway password` prints")
        } else {
            diagnostics.error(
                at: place,
                "the console has no 'users', so it may only listen on this machine; write 127.0.0.1:\(listen.port), or add "
                    + "users: { NAME: { password: …, role: operator } }, with what `gateway password` prints")
        }
    }

    private mutating func consoleUser(_ name: String, at place: SourceLocation, _ node: YAMLNode) -> ConsoleUser? {
        var map = YAMLFields(node, subject: "user '\(name)' of 'console'", into: &diagnostics)
        let password = map.require("password", &diagnostics).flatMap { passwordHash($0, of: name) }
        let role = map.take("role").map { consoleRole($0, of: name) } ?? .viewer
        let payloads = map.take("payloads")
        let seesPayloads = map.flag("payloads", &diagnostics) ?? true
        map.finish(&diagnostics)
        guard let password, let role else { return nil }
        if role == .operator, !seesPayloads {
            diagnostics.error(
                at: payloads?.location ?? place,
                "'payloads' is for viewers: an operator edits requests, so '\(name)' must see them; make it role: viewer")
        }
        return ConsoleUser(name: name, password: password, role: role, seesPayloads: seesPayloads)
    }

    /// The sentence never shows the value: somebody may have written the password itself.
    private mutating func passwordHash(_ node: YAMLNode, of name: String) -> PasswordHash? {
        guard let text = node.text("password", &diagnostics) else { return nil }
        if let hash = PasswordHash(text) { return hash }
        diagnostics.error(
            at: node.location,
            "'password' of user '\(name)' must be what `gateway password` prints, which begins with 'scrypt:'; a file never holds the password itself"
        )
        return nil
    }

    private mutating func consoleRole(_ node: YAMLNode, of name: String) -> ConsoleUser.Role? {
        if let role = node.scalar.flatMap(ConsoleUser.Role.init(rawValue:)) { return role }
        let found = node.scalar?.quotedBriefly ?? node.kind
        diagnostics.error(at: node.location, "'role' of user '\(name)' must be operator or viewer, found \(found)")
        return nil
    }

    /// Without it, whoever reaches the listener may read the numbers.
    mutating func metricsToken(_ node: YAMLNode) -> String? {
        guard let text = node.text("metrics_token", &diagnostics) else { return nil }
        if text.utf8.count >= 16 { return text }
        diagnostics.error(
            at: node.location, "'metrics_token' must have at least 16 characters; one is made by: openssl rand -hex 24")
        return nil
    }
}

extension ListenAddress {
    /// Whether only this machine reaches it.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        return host.hasPrefix("127.") && IPAddress(host) != nil
    }
}
