import Mappings

/// What a look at a store's health found.
struct StoreInspection: Sendable {
    var schema: Int
    /// What is damaged, in the database's own words; empty where nothing is.
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
}
