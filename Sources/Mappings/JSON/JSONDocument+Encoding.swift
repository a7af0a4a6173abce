extension JSONDocument {
    /// Reads what a sender sent. If only the encoding of its characters is wrong, it is put right first: `repair` then says where, and places of
    /// the document are places in the repaired text.
    static func reading(_ text: [UInt8]) throws(JSONError) -> (document: JSONDocument, repair: EncodingRepair?) {
        do {
            return (try JSONDocument(parsing: text), nil)
        } catch {
            guard error.mayBeEncoding(of: text), let repair = EncodingRepair(text) else { throw error }
            return (try JSONDocument(parsing: repair.bytes), repair)
        }
    }

    /// Reads the same for the places of its values, which are places in the text as sent. Characters that are encoded wrongly are others here.
    package init(placesOf text: [UInt8], maximumDepth: Int = 64, rejectingDuplicateKeys: Bool = true) throws(JSONError) {
        do {
            try self.init(parsing: text, maximumDepth: maximumDepth, rejectingDuplicateKeys: rejectingDuplicateKeys)
        } catch {
            guard error.mayBeEncoding(of: text) else { throw error }
            try self.init(
                parsing: EncodingRepair.sameLength(text), maximumDepth: maximumDepth, rejectingDuplicateKeys: rejectingDuplicateKeys)
        }
    }
}

extension JSONError {
    /// Whether it is worth looking for characters that are encoded wrongly.
    fileprivate func mayBeEncoding(of text: [UInt8]) -> Bool {
        kind == .encoding || kind == .text || text[..<EncodingRepair.start(of: text)].contains(0xEF)
    }
}
