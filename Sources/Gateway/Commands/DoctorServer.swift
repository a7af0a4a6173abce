import Mappings

/// A database that gateways share: whether it answers, its clock, its nodes and its connections.
struct DoctorServer {
    private let address: PostgresAddress
    private let now: Timestamp

    init(_ address: PostgresAddress, now: Timestamp) {
        self.address = address
        self.now = now
    }

    func findings() async -> [DoctorFinding] {
        do throws(StoreError) {
            let store = try PostgresConversionStore(address, role: .command)
            let found: StoreInspection
            do throws(StoreError) {
                found = try await store.inspect()
            } catch {
                await store.close()
                throw error
            }
            var findings = Self.health(found, place: store.place)
            findings.append(await Self.writing(store))
            await store.close()
            if let server = found.server {
                findings.append(Self.clock(server, newest: found.newest, now: now))
                findings.append(Self.connections(server))
                findings += Self.nodes(server)
            }
            return findings + DoctorStore.backlog(found, now: now)
        } catch {
            return [DoctorFinding("store", .problem, error.description)]
        }
    }

    private static func writing(_ store: PostgresConversionStore) async -> DoctorFinding {
        do throws(StoreError) {
            try await store.checkWritable()
            return DoctorFinding("writing", .ok, "a commit worked")
        } catch {
            return DoctorFinding("writing", .problem, error.description)
        }
    }

    // MARK: Judging

    static func health(_ found: StoreInspection, place: String) -> [DoctorFinding] {
        let version = found.server.map { "PostgreSQL \($0.version), " } ?? ""
        let sentence = "\(version)schema \(found.schema), \(found.conversions) conversions, a database of \(ByteSize.text(found.usedBytes))"
        return [DoctorFinding("store", .ok, "\(place) is reachable: \(sentence)")]
            + (found.disagreements.isEmpty
                ? [DoctorFinding("sums", .ok, "every sum agrees with its rows")]
                : found.disagreements.map { DoctorFinding("sums", .problem, "\($0); report this, with what happened before") })
    }

    /// Leases go by the server's clock alone; due times, the lives of keys and ids by the machines' clocks.
    static func clock(_ server: ServerInspection, newest: Timestamp?, now: Timestamp) -> DoctorFinding {
        let apart = server.ahead < .zero ? .zero - server.ahead : server.ahead
        let side = server.ahead < .zero ? "behind" : "ahead"
        let difference = apart < .milliseconds(1) ? "the database's clock agrees" : "the database's clock is \(apart.text) \(side)"
        if apart >= .seconds(30) {
            return DoctorFinding("clock", .problem, "\(now); \(difference); set both by NTP, or retries and duplicate windows are wrong")
        }
        if apart >= .seconds(2) { return DoctorFinding("clock", .warning, "\(now); \(difference); set both by NTP") }
        return DoctorStore.clock(newest: newest, now: now, isSynchronized: nil).level == .ok
            ? DoctorFinding("clock", .ok, "\(now); \(difference)") : DoctorStore.clock(newest: newest, now: now, isSynchronized: nil)
    }

    static func connections(_ server: ServerInspection) -> DoctorFinding {
        let sentence = "\(server.connections) of \(server.maxConnections) in use, \(server.gatewayConnections) of them by gateways"
        return server.connections * 5 > server.maxConnections * 4
            ? DoctorFinding("connections", .warning, "\(sentence); each gateway wants six, so raise max_connections")
            : DoctorFinding("connections", .ok, sentence)
    }

    static func nodes(_ server: ServerInspection) -> [DoctorFinding] {
        let live = server.nodes.filter { $0.lease > .zero }
        let findings = server.nodes.compactMap { node -> DoctorFinding? in
            let held = "holds \(node.held.of("delivery"))"
            if node.lease > .zero { return DoctorFinding("node", .ok, "'\(node.name)' has a lease for \(node.lease.text) and \(held)") }
            guard node.held > 0 else { return nil }
            let ended = "the lease of '\(node.name)' ended \((.zero - node.lease).text) ago and it \(held)"
            return DoctorFinding("node", .warning, "\(ended); a gateway that serves takes them over within seconds of their time")
        }
        return live.isEmpty ? findings + [DoctorFinding("node", .ok, "no gateway serves this database now")] : findings
    }
}
