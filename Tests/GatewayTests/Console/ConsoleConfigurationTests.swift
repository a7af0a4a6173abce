import Testing

@testable import Gateway

struct ConsoleConfigurationTests {
    private static let hash = "scrypt:10:8:3:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    private func load(_ console: String) -> (console: ConsoleConfiguration?, diagnostics: [String]) {
        let (configuration, diagnostics) = ConfigurationFixture("console: \(console)\n").load()
        return (configuration?.console, diagnostics.filter { !$0.contains("there are no sources") })
    }

    @Test func `users have a password and a role`() throws {
        let (console, diagnostics) = load(
            "{ listen: 0.0.0.0:8082, users: { ann: { password: '\(Self.hash)', role: operator }, bob: { password: '\(Self.hash)', payloads: false } } }"
        )
        #expect(diagnostics.isEmpty)
        #expect(console?.listen == ListenAddress(host: "0.0.0.0", port: 8082))
        #expect(console?.users.map(\.role) == [.operator, .viewer])
        #expect(console?.users.map(\.seesPayloads) == [true, false])
    }

    @Test func `without users only this machine is served, which is warned of`() {
        #expect(
            load("{ listen: 127.0.0.1:8082 }").diagnostics == [
                "gateway.yaml:1:20: warning: the console has no 'users', so everyone on this machine is an operator; add users: { NAME: "
                    + "{ password: …, role: operator } }, with what `gateway password` prints"
            ])
        let (console, diagnostics) = load("{ listen: 0.0.0.0:8082 }")
        #expect(console == nil)
        #expect(
            diagnostics == [
                "gateway.yaml:1:20: error: the console has no 'users', so it may only listen on this machine; write 127.0.0.1:8082, or add "
                    + "users: { NAME: { password: …, role: operator } }, with what `gateway password` prints"
            ])
    }

    @Test func `a password that stands in the file itself is refused without being shown`() {
        let (_, diagnostics) = load("{ listen: 127.0.0.1:8082, users: { ann: { password: hunter2hunter2, role: admin } } }")
        #expect(
            diagnostics == [
                "gateway.yaml:1:62: error: 'password' of user 'ann' must be what `gateway password` prints, which begins with 'scrypt:'; a file "
                    + "never holds the password itself",
                "gateway.yaml:1:84: error: 'role' of user 'ann' must be operator or viewer, found 'admin'",
            ])
    }
}
