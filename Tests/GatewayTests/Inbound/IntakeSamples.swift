import Crypto
import Mappings
import Rules
import Testing

@testable import Gateway

extension SourceConfiguration {
    /// - Parameter credentials: nil values are switched off.
    static func sample(
        _ name: String, _ tracker: String, _ credentials: [String: String?], settings: [String: SettingValue] = [:],
        defaults: [(path: FieldPath, value: Value)] = [], allowIPs: [String] = [], duplicates: DuplicateRule? = nil,
        retiring: [String: String] = [:], rates: SenderRates? = nil, review: ReviewPlan? = nil, freshness: Freshness? = nil
    ) throws -> SourceConfiguration {
        SourceConfiguration(
            name: name, mapping: try #require(MappingCatalog.builtIn[tracker]), credentials: credentials.compactMapValues(\.self),
            openCredentials: Set(credentials.filter { $0.value == nil }.keys), settings: settings, defaults: defaults,
            allowIPs: try allowIPs.map { try IPNetwork(parsing: $0) }, duplicates: duplicates, exponents: CurrencyExponents(),
            retiringCredentials: retiring, rates: rates, review: review, freshness: freshness)
    }
}

extension WireRequest {
    static func post(
        _ path: String, _ body: String, _ headers: [String: String] = [:], query: String = "", type: String? = "application/json"
    ) -> WireRequest {
        WireRequest(
            method: "POST", path: path, query: query,
            headers: headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + (type.map { [("Content-Type", $0)] } ?? []),
            body: Array(body.utf8))
    }

    static func get(_ path: String, _ query: String = "", _ headers: [String: String] = [:]) -> WireRequest {
        WireRequest(method: "GET", path: path, query: query, headers: headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}

func hmac(_ text: String, _ secret: String) -> String {
    Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8)))).hex
}
