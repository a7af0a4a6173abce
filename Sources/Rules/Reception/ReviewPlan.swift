import Mappings

/// What makes a source's conversion wait for a person: each check is asked for in the configuration, none is on by itself.
///
/// Nothing is lost by it: the conversion is stored with the status `pending_review`, its reason and a warning. Only what would have counted
/// is held; what the sender itself rejected, refunded or charged back stays that.
package struct ReviewPlan: Sendable {
    package enum Check: String, Sendable, CaseIterable {
        case disposableEmail = "disposable_email"
        case plusAddress = "plus_address"
        case suspiciousEmail = "suspicious_email"
        case unknownClick = "unknown_click"
    }

    /// In the order of the file.
    package var checks: [Check] = []
    /// In lower case; those that the gateway knows and those of the configuration.
    package var disposableDomains: Set<String> = []
    package var clicks = ClickList()

    package init(checks: [Check] = [], disposableDomains: Set<String> = [], clicks: ClickList = ClickList()) {
        self.checks = checks
        self.disposableDomains = disposableDomains
        self.clicks = clicks
    }

    /// Holds the conversion if a check says so.
    ///
    /// - Returns: the conversion as it was before; nil if nothing was changed.
    package func flag(_ conversion: inout Conversion) -> Conversion? {
        let status = conversion.text(.status)
        guard status == nil || status == "pending" || status == "approved" else { return nil }
        let reasons = checks.compactMap { reason($0, conversion) }
        guard !reasons.isEmpty else { return nil }
        let before = conversion
        let sentence = reasons.joined(separator: "; ")
        conversion[.status] = .text("pending_review")
        conversion[.reason] = .text(conversion.text(.reason).map { "\($0); \(sentence)" } ?? sentence)
        conversion.warnings.append("held for review: \(sentence)")
        return before
    }

    /// The sentences do not quote an address, so that a person's data is in its own field only.
    private func reason(_ check: Check, _ conversion: Conversion) -> String? {
        if check == .unknownClick {
            guard let click = conversion.text(.clickID) else { return "there is no click id to look up" }
            return clicks.contains(click) ? nil : "the click id \(click.quotedBriefly) is not in the list of clicks"
        }
        guard let email = conversion.text(.customerEmail)?.trimmed.lowercased(), let at = email.lastIndex(of: "@") else { return nil }
        let (local, domain) = (email[..<at], email[email.index(after: at)...])
        switch check {
        case .disposableEmail:
            return disposableDomain(of: domain).map { "the customer's address is at \($0), which gives out disposable addresses" }
        case .plusAddress:
            guard let plus = local.firstIndex(of: "+"), plus != local.startIndex else { return nil }
            return "the customer's address has a part behind a '+', so one person may have many"
        case .suspiciousEmail:
            return Self.isMadeUp(local) ? "the customer's address looks made up" : nil
        case .unknownClick:
            return nil
        }
    }

    /// The listed domain that this is, or is below.
    private func disposableDomain(of domain: Substring) -> String? {
        var rest = domain.hasSuffix(".") ? domain.dropLast() : domain
        while true {
            if disposableDomains.contains(String(rest)) { return String(rest) }
            guard let dot = rest.firstIndex(of: ".") else { return nil }
            rest = rest[rest.index(after: dot)...]
        }
    }

    /// `test123`, `fake-1`, `asdf`: one of these words, with nothing but digits and separators around it.
    private static func isMadeUp(_ local: Substring) -> Bool {
        let bare = local.prefix { $0 != "+" }.filter { !$0.isNumber && !"._-".contains($0) }
        return !bare.isEmpty && madeUpWords.contains(bare)
    }

    private static let madeUpWords: Set<String> = [
        "test", "tests", "tester", "testing", "testuser", "testmail", "testemail", "testaccount", "fake", "fakeuser", "fakemail", "dummy",
        "demo", "example", "sample", "temp", "tmp", "trash", "spam", "nobody", "noone", "none", "null", "undefined", "anonymous", "foo",
        "bar", "foobar", "foobaz", "asdf", "asdfasdf", "asd", "asdasd", "qwerty", "qwe", "qweqwe", "zxcv", "zxc", "abc", "abcabc", "aaa",
        "aaaa", "xxx", "xxxx", "zzz", "blah", "blabla", "noreply", "donotreply",
    ]
}
