import Mappings

/// What the gateway says that arrived of a request: `DeploymentProbe` wrote it.
struct ProbeReport: Sendable {
    /// Why there is no report.
    enum Absence: Error, Sendable {
        case answered(status: Int, server: String?)
        /// A gateway answers, and does not take the pass.
        case unknown
        case unanswered(String)

        var sentence: String {
            switch self {
            case .answered(let status, let server):
                "was answered with \(status)\(server.map { " by \($0.quotedBriefly)" } ?? ""), and did not reach the gateway"
            case .unknown:
                "reached a gateway that does not take this configuration's pass: it runs with another configuration or other secrets, or its clock "
                    + "differs by more than five minutes"
            case .unanswered(let reason): "got no answer: \(reason)"
            }
        }
    }

    var instance = ""
    var count = ""
    var arrived: [String] = []
    var target = ""
    var bodyDigest = ""
    var peer = ""
    var isTrusted = false
    var client = ""
    var headers = JSONValue.null

    func header(_ name: String) -> [String] { Self.texts(headers[name]) }

    static func read(_ answer: OutsideAnswer) -> Result<Self, Absence> {
        guard let value = try? JSONValue(parsing: answer.body), value["probe"]?.plainText == "gateway" else {
            if answer.status == 404, String(decoding: answer.body, as: UTF8.self).hasPrefix(#"{"error":"nothing answers at"#) {
                return .failure(.unknown)
            }
            return .failure(.answered(status: answer.status, server: answer.header("Server")))
        }
        func text(_ name: String) -> String { value[name]?.plainText ?? "" }
        return .success(
            Self(
                instance: text("instance"), count: text("count"), arrived: texts(value["arrived"]), target: text("target"),
                bodyDigest: text("bodyDigest"), peer: text("peer"), isTrusted: value["isTrusted"] == true, client: text("client"),
                headers: value["headers"] ?? .null))
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        guard case .array(let elements)? = value else { return [] }
        return elements.compactMap(\.plainText)
    }
}
