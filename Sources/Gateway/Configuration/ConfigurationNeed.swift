/// What a command cannot do without. Variables that are missing elsewhere in the file are none of its business.
enum ConfigurationNeed: Sendable {
    /// To take conversions, to send them, or to say whether that is possible.
    case everything
    /// To look at what is stored, or to change what needs no credential.
    case store
    /// If the store is named in another way.
    case names
}
