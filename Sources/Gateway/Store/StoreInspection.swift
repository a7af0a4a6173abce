import Mappings

/// What a look at a store's health found.
struct StoreInspection: Sendable {
    var schema: Int
    /// What is damaged, in the database's own words; empty if nothing is.
    var damage: [String] = []
    /// Sums that do not agree with the rows that they count, and rows that lack what they belong to.
    var disagreements: [String] = []
    var conversions = 0
    /// Received within the last day of the store's own time.
    var lastDay = 0
    var newest: Timestamp?
    var pending: [(destination: String, count: Int, oldest: Timestamp)] = []
    var usedBytes = 0
    /// Inside the file, used before it grows.
    var freeBytes = 0
    /// Of a store that several gateways share.
    var server: ServerInspection?
}

/// The state of a database server, and of the gateways that share it.
struct ServerInspection: Sendable, Equatable {
    struct Node: Sendable, Equatable {
        var name: String
        /// What is left of it; negative if it has run out.
        var lease: Duration
        /// Deliveries that it holds.
        var held: Int
    }
    var version: String
    /// By how much the server's clock is ahead of this machine's.
    var ahead: Duration
    var connections: Int
    var maxConnections: Int
    /// Those of gateways and their commands in this database.
    var gatewayConnections: Int
    var nodes: [Node] = []
}
