extension SignatureEncoding {
    /// Written in lower case, read in either case.
    package static let hex = SignatureEncoding(name: "hex", ignoresCase: true) { $0.hex }
}
