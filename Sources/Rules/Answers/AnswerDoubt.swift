import Mappings

/// Why an answer with a 2xx status does not say that the tracker took the conversion, if nobody documents what it answers.
///
/// An empty body, a pixel, a text without a word of an error and JSON without one are believed: that is what most trackers answer.
enum AnswerDoubt {
    /// As the end of `…, as `; nil if there is none.
    static func reason(about reply: Reply) -> String? {
        switch AnswerContent(of: reply) {
        case .empty, .image: nil
        case .page: "this is an HTML page"
        case .packed(let encoding): "the answer is packed as '\(encoding.prefix(40))', which cannot be unpacked"
        case .binary: "the answer is neither a text nor an image"
        case .text(let text): reason(about: text)
        case .json(let value): reason(about: value, depth: 0)
        }
    }

    private static func reason(about text: ArraySlice<UInt8>) -> String? {
        if let word = ErrorWords.found(in: text) { return "the text says '\(word)'" }
        if isJSONThatBreaksOff(text) { return "its JSON breaks off" }
        return isInForeignEncoding(text) ? "the text is not in UTF-8, so that it cannot be read" : nil
    }

    /// `{"success":tr`: more is opened than closed.
    private static func isJSONThatBreaksOff(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            let next = text.dropFirst().first(where: { $0 > 0x20 }), "\"{[".utf8.contains(next)
        else { return false }
        var depth = 0
        var isInText = false
        var isEscaped = false
        for byte in text {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    isInText = byte != UInt8(ascii: "\"")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            if depth == 0 { return false }
        }
        return true
    }

    /// Some accented letters of Windows-1252 leave the words around them readable. In Cyrillic, Chinese or Japanese nothing is.
    private static func isInForeignEncoding(_ text: ArraySlice<UInt8>) -> Bool {
        let start = text.prefix(AnswerContent.lookedAt)
        let foreign = start.reduce(0) { $0 + ($1 >= 0x80 ? 1 : 0) }
        guard foreign > 0, String(validating: text, as: UTF8.self) == nil else { return false }
        return foreign * 2 > start.reduce(0) { $0 + ($1 > 0x20 ? 1 : 0) }
    }

    // MARK: JSON

    private static let errorNames: Set = [
        "error", "errors", "err", "errno", "errcode", "errorcode", "errormessage", "errormsg", "errordescription", "exception", "fault",
        "fail",
        "failed", "failure", "failures",
    ]
    private static let flagNames: Set = ["success", "ok", "succeeded", "issuccess", "accepted", "stored", "saved", "valid", "isvalid"]
    private static let statusNames: Set = [
        "status", "result", "state", "code", "statuscode", "httpcode", "httpstatus", "response", "outcome", "resultcode", "responsecode",
    ]
    private static let textNames: Set = [
        "message", "msg", "messages", "detail", "details", "description", "reason", "text", "info", "title",
    ]
    /// A tracker may answer with what it was sent as well, so only these are looked into.
    private static let envelopes: Set = [
        "data", "result", "results", "response", "responses", "payload", "body", "meta", "output", "status",
    ]
    private static let badStatuses: Set = [
        "error", "errors", "err", "fail", "failed", "failure", "invalid", "notfound", "unauthorized", "forbidden", "exception", "ko", "nok",
        "badrequest", "false", "ignored", "denied",
    ]
    private static let goodStatuses: Set = ["ok", "success", "successful", "accepted", "created", "recorded", "true"]
    private static let nothing: Set = [
        "", "0", "00", "000", "200", "none", "null", "false", "no", "ok", "success", "noerror", "noerrors", "n/a",
    ]
    private static let elementLimit = 100

    private static func reason(about value: JSONValue, depth: Int) -> String? {
        switch value {
        case .object(let object): return reason(about: object, depth: depth)
        case .array(let elements):
            guard depth < 3 else { return nil }
            return elements.prefix(elementLimit).lazy.compactMap { reason(about: $0, depth: depth + 1) }.first
        case .string(let text), .number(let text): return ErrorWords.found(in: text.utf8).map { "the text says '\($0)'" }
        case .bool(let flag): return flag ? nil : "the answer is false"
        case .null: return "the answer is null"
        }
    }

    private static func reason(about object: JSONObject, depth: Int) -> String? {
        var sentence: String?
        var isTaken = false
        for (key, value) in object.members {
            let name = plain(key)
            if errorNames.contains(name), !isNothing(value) { return "its member '\(key.prefix(40))' is not empty" }
            if flagNames.contains(name) {
                if isFalse(value) { return "its member '\(key.prefix(40))' is false" }
                isTaken = isTaken || value.plainText != nil || value == true
            }
            if statusNames.contains(name) {
                if let bad = badStatus(value) { return "its member '\(key.prefix(40))' is \(bad)" }
                isTaken = isTaken || value.plainText.map { goodStatuses.contains(plain($0)) } ?? false
            }
            if textNames.contains(name) { sentence = sentence ?? complaint(in: value, of: key) }
            if envelopes.contains(name), depth < 3, isContainer(value), let reason = reason(about: value, depth: depth + 1) {
                return reason
            }
        }
        return isTaken ? nil : sentence
    }

    private static func complaint(in value: JSONValue, of key: String) -> String? {
        switch value {
        case .string(let text): ErrorWords.found(in: text.utf8).map { "its member '\(key.prefix(40))' says '\($0)'" }
        case .array(let elements): elements.prefix(elementLimit).lazy.compactMap { complaint(in: $0, of: key) }.first
        default: nil
        }
    }

    private static func badStatus(_ value: JSONValue) -> String? {
        if value == false { return "false" }
        guard let text = value.plainText else { return nil }
        if let number = Int(text), number < 0 || (400..<600).contains(number) { return text }
        return badStatuses.contains(plain(text)) ? "'\(text.prefix(40))'" : nil
    }

    private static func isFalse(_ value: JSONValue) -> Bool {
        value == false || value == .null || value.plainText.map { ["0", "false", "no", "n", ""].contains(plain($0)) } ?? false
    }

    private static func isNothing(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .bool(let flag): !flag
        case .number(let text), .string(let text): nothing.contains(plain(text))
        case .array(let elements): elements.allSatisfy(isNothing)
        case .object(let object): object.members.allSatisfy { isNothing($0.value) }
        }
    }

    private static func isContainer(_ value: JSONValue) -> Bool {
        switch value {
        case .object, .array: true
        default: false
        }
    }

    /// `Error_Code` and `errorCode` are one name.
    private static func plain(_ text: String) -> String {
        String(decoding: text.utf8.lazy.filter { ![0x20, 0x2D, 0x5F].contains($0) }.map(\.lowercased), as: UTF8.self)
    }
}
