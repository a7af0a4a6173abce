/// A request to a tracker, ready to be sent, and what may be shown of it.
package struct OutboundRequest: Sendable {
    private var frame: Frame
    package var body: [UInt8]
    /// Where the conversion itself is in the body, if that holds a list of conversions. Those whose bodies are the same
    /// before and behind it can share one request.
    package var element: Range<Int>?
    /// The entry of the mapping's `messages:` or `updates:` that it was written by, whose replies it gets; nil for the main request.
    package var update: String?
    /// What was changed about the conversion so that the tracker can hold it: `amount: 4.1472 USD sent as 415 cents`.
    package var warnings: [String] = []

    /// What is around the body. Most requests of a destination have the same, so they share it; whoever changes it gets one of his own.
    final class Frame: @unchecked Sendable {
        @exclusivity(unchecked) var method: String
        @exclusivity(unchecked) var url: String
        @exclusivity(unchecked) var maskedURL: String
        @exclusivity(unchecked) var headers: [(name: String, value: String)]
        @exclusivity(unchecked) var secretHeaders: Set<String>
        @exclusivity(unchecked) var secretMembers: Set<String>

        init(
            method: String, url: String, maskedURL: String, headers: [(name: String, value: String)], secretHeaders: Set<String>,
            secretMembers: Set<String>
        ) {
            self.method = method
            self.url = url
            self.maskedURL = maskedURL
            self.headers = headers
            self.secretHeaders = secretHeaders
            self.secretMembers = secretMembers
        }

        var copy: Frame {
            Frame(
                method: method, url: url, maskedURL: maskedURL, headers: headers, secretHeaders: secretHeaders, secretMembers: secretMembers
            )
        }
    }

    init(_ frame: Frame, body: [UInt8], element: Range<Int>?, warnings: [String]) {
        self.frame = frame
        self.body = body
        self.element = element
        self.warnings = warnings
    }

    package init(
        method: String, url: String, maskedURL: String, headers: [(name: String, value: String)], body: [UInt8],
        element: Range<Int>? = nil, secretHeaders: Set<String> = [], secretMembers: Set<String> = [], update: String? = nil,
        warnings: [String] = []
    ) {
        frame = Frame(
            method: method, url: url, maskedURL: maskedURL, headers: headers, secretHeaders: secretHeaders, secretMembers: secretMembers)
        self.body = body
        self.element = element
        self.update = update
        self.warnings = warnings
    }

    private mutating func own() {
        if !isKnownUniquelyReferenced(&frame) { frame = frame.copy }
    }

    package var method: String {
        _read { yield frame.method }
        _modify {
            own()
            yield &frame.method
        }
    }

    /// The whole address, values percent-encoded already: escapes go out as they are, and only what no URL may hold (`[`, a space) is
    /// escaped on the way. Nothing is expanded after this point.
    package var url: String {
        _read { yield frame.url }
        _modify {
            own()
            yield &frame.url
        }
    }

    /// The same address with credentials replaced by `***`, for logs, attempts and error texts.
    package var maskedURL: String {
        _read { yield frame.maskedURL }
        _modify {
            own()
            yield &frame.maskedURL
        }
    }

    /// `User-Agent` and `Content-Length` are added when it is sent.
    package var headers: [(name: String, value: String)] {
        _read { yield frame.headers }
        _modify {
            own()
            yield &frame.headers
        }
    }

    /// Names of headers and of the body's members that hold credentials.
    package var secretHeaders: Set<String> {
        _read { yield frame.secretHeaders }
        _modify {
            own()
            yield &frame.secretHeaders
        }
    }

    package var secretMembers: Set<String> {
        _read { yield frame.secretMembers }
        _modify {
            own()
            yield &frame.secretMembers
        }
    }

    /// What an attempt shows: `POST https://app.example/api?secret=***`.
    package var maskedLine: String { "\(method) \(maskedURL)" }

    /// What a delivery keeps as its reason: what was changed, before what came of it. Nil if there is nothing to say.
    package func reason(with reason: String?) -> String? {
        warnings.isEmpty ? reason : (warnings + [reason].compactMap(\.self)).joined(separator: "; ")
    }
}
