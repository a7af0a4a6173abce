import Testing

@testable import Gateway

struct PostgresAddressTests {
    @Test(arguments: [
        ("postgres://u:p@db.example/gateway", "PostgreSQL database 'gateway' at db.example:5432"),
        ("postgresql://u:p@db.example:6432/gateway?sslmode=verify-full", "PostgreSQL database 'gateway' at db.example:6432"),
        ("postgres:///gateway?host=/run/postgresql", "PostgreSQL database 'gateway' at /run/postgresql"),
        ("postgres://u:p@[::1]:5433/g", "PostgreSQL database 'g' at ::1:5433"),
        ("postgres://u:p%40ss@one,two/g", "PostgreSQL database 'g' at one,two:5432"),
    ])
    func `a place is shown without its user and password`(_ url: String, _ shown: String) throws {
        #expect(try PostgresAddress(parsing: url).description == shown)
    }

    @Test func `waits are bounded unless the URL says otherwise`() throws {
        let own = try PostgresAddress(parsing: "postgres://u@h/g?connect_timeout=9").parameters
        #expect(own.contains { $0 == ("connect_timeout", "9") })
        #expect(own.contains { $0 == ("tcp_user_timeout", "8000") })
        #expect(own.contains { $0 == ("client_encoding", "UTF8") })
    }

    @Test(arguments: [
        "postgres://u:s3cret@h:port/g", "postgres://u:s3cret@h/g?sslmod=require", "postgres://u:s3cret@[::1/g", "postgres://u:s3%cret@h/g",
    ])
    func `what is wrong with a URL is reported without the URL`(_ url: String) throws {
        let failure = #expect(throws: PostgresAddress.Failure.self) { try PostgresAddress(parsing: url) }
        #expect(failure?.message.contains("s3") == false)
        #expect(failure?.message.isEmpty == false)
        let location = #expect(throws: StoreLocation.Failure.self) { try StoreLocation(parsing: url, folder: "") }
        #expect(location?.message == failure?.message)
    }
}
