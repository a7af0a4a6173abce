import Mappings

/// A source or a destination while its part of the file is read: what both have in common.
struct ConfigurationEntry {
    var side: SettingPlan.Side
    var name: String
    /// The place of the name in the file.
    var location: SourceLocation

    /// `source 'shop-de'`.
    var subject: String { "\(side.rawValue) '\(name)'" }
}
