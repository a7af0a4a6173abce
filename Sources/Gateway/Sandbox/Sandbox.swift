import Logging
import Mappings
import Rules
import ServiceLifecycle

/// The trackers, impersonated: their mapping files read forwards, answering as their pages say, on a store of their own.
///
/// Each has its documented path and the same path below `/<name>/`, where a destination's `url` can point.
struct Sandbox: Sendable {
    let server: InboundServer
    let store: SQLiteConversionStore
    /// Removed by `clear`.
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - sources: from `sources(impersonating:)` or `openSources(of:)`.
    ///   - postbacks: destinations without a mapping.
    ///   - onReceived: each conversion that a tracker received, and the conversion after each correction, under the tracker's name.
    init(
        sources: [SourceConfiguration], postbacks: SandboxPostbacks? = nil, listen: ListenAddress, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void, onReceived: @escaping @Sendable (Conversion) -> Void
    ) throws {
        folder = try TemporaryFolder(for: "sandbox")
        store = try SQLiteConversionStore(path: folder.file("sandbox.db"))
        let intake = Intake(
            Reception(sources: sources, routes: [], mappings: MappingCatalog.builtIn.mappings), store: store, clock: SystemClock.intake,
            logger: logger,
            onAccepted: { conversion, _, _ in onReceived(conversion) },
            onCorrected: { [store] id in
                guard let row = try? await store.conversion(id), let conversion = try? Conversion(document: row.document) else { return }
                onReceived(conversion)
            },
            elsewhere: { arrival, _ in postbacks?.reply(to: arrival.request) })
        server = InboundServer(intake, at: listen, logger: logger, onRunning: onListening)
    }

    /// The request that brought this conversion, credentials removed.
    func request(of conversion: Conversion) async throws(StoreError) -> StoredRequest? { try await store.request(of: conversion.id) }

    func clear() async {
        await store.close()
        folder.remove()
    }

    /// One tracker for each destination, under its name and with the credentials and settings that it is sent. It takes any access token.
    static func sources(impersonating destinations: [DestinationConfiguration]) -> [SourceConfiguration] {
        destinations.compactMap { destination in
            guard case .tracker(let writer) = destination.target else { return nil }
            var source = source(
                destination.name, writer.mapping, credentials: writer.credentials, settings: writer.settings,
                exponents: destination.exponents)
            // The destination fetches it elsewhere, so nobody here knows it.
            source.takesAnyCredential = writer.mapping.credentials.contains { $0.token != nil }
            return source
        }
    }

    /// One tracker for each mapping, under the mapping's name; takes any credentials.
    static func openSources(of catalog: MappingCatalog) -> [SourceConfiguration] {
        catalog.mappings.filter { $0.sides.contains(.destination) }.map { mapping in
            var open = source(mapping.name, mapping, credentials: [:], settings: [:], exponents: CurrencyExponents())
            open.takesAnyCredential = true
            return open
        }
    }

    private static func source(
        _ name: String, _ mapping: Mapping, credentials: [String: String], settings: [String: SettingValue], exponents: CurrencyExponents
    ) -> SourceConfiguration {
        SourceConfiguration(
            name: name, mapping: mapping, credentials: credentials,
            openCredentials: Set(mapping.credentials.map(\.name).filter { credentials[$0] == nil }), settings: settings, defaults: [],
            allowIPs: [], duplicates: nil, repeats: nil, exponents: exponents)
    }
}
