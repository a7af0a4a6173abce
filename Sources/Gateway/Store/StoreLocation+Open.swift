extension StoreLocation {
    /// For commands that look or repair while gateways may serve.
    func open(readOnly: Bool) throws(StoreError) -> any ConversionStore {
        switch self {
        case .sqlite(let path): try SQLiteConversionStore(path: path, readOnly: readOnly)
        case .postgres(let address): try PostgresConversionStore(address, role: .command)
        }
    }
}
