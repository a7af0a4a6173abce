import Foundation

/// What the gateway itself reports of its store, through the commands that an operator has.
struct StoreView: Sendable {
    struct Conversion: Sendable {
        var id: String
        var source: String
        var click: String
        var orderID: String?
        var amount: String
        var currency: String
        /// What went back so far.
        var refunded: String?
    }
    struct Delivery: Sendable {
        /// A sale's conversion, or one of its refunds'.
        var conversion: String
        var orderID: String?
        var destination: String
        var state: String
        var reason: String
        var attempts: Int
    }
    struct Failure: Error, CustomStringConvertible { var description: String }

    var conversions: [Conversion] = []
    var deliveries: [Delivery] = []

    let gateway: String
    let configuration: String

    /// How many deliveries are pending, up to a limit.
    func pending() throws -> Int { try rows(["deliveries", "--state", "pending", "--limit", "1000"]).count }

    func migrate() throws {
        let process = Process()
        process.executableURL = URL(filePath: gateway)
        process.arguments = ["migrate", "--config", configuration]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "gateway migrate ended with \(process.terminationStatus)")
        }
    }

    /// What a hostile sender stored belongs to nobody's sales.
    mutating func read() throws {
        conversions = try rows(["conversions", "--limit", "1000000"]).filter { $0["source"] as? String != StrangerPlan.source }.map { row in
            let source = row["source"] as? String ?? ""
            let clickField = Dialect.allCases.first { $0.source == source }?.clickField ?? "click_id"
            return Conversion(
                id: row["id"] as? String ?? "", source: source, click: row[clickField] as? String ?? "",
                orderID: row["order_id"] as? String, amount: row["amount"] as? String ?? "", currency: row["currency"] as? String ?? "",
                refunded: row["refunded"] as? String)
        }
        deliveries = try rows(["deliveries", "--limit", "1000000"])
            .filter { $0["destination"] as? String != StrangerPlan.destination }
            .map { row in
                Delivery(
                    conversion: row["conversion"] as? String ?? "", orderID: row["order_id"] as? String,
                    destination: row["destination"] as? String ?? "",
                    state: row["state"] as? String ?? "", reason: row["reason"] as? String ?? "", attempts: row["attempts"] as? Int ?? 0)
            }
    }

    /// The objects that a command prints, one a line.
    private func rows(_ arguments: [String]) throws -> [[String: Any]] {
        try text(arguments + ["--json"]).split(separator: "\n").compactMap { line in
            // `[{…},`, ` {…},` and ` {…}]`; an empty list is `[]`.
            var row = String(line.dropFirst())
            guard row.hasPrefix("{") else { return nil }
            if let last = row.last, last == "," || last == "]" { row.removeLast() }
            guard let object = try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any] else {
                throw Failure(description: "gateway \(arguments[0]) printed a line that is no object: \(line)")
            }
            return object
        }
    }

    /// What a command prints.
    func text(_ arguments: [String]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "soak-\(UUID().uuidString).json").path
        try Data().write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let process = Process()
        process.executableURL = URL(filePath: gateway)
        process.arguments = arguments + ["--config", configuration]
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path))
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "gateway \(arguments[0]) ended with \(process.terminationStatus): \(complaint)")
        }
        return try String(contentsOfFile: path, encoding: .utf8)
    }
}
