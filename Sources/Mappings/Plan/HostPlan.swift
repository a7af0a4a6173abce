/// Another host for one of a tracker's calls: `reports.{region}.acme.example`, whose variable parts are settings.
package struct HostPlan: Sendable, Hashable {
    package let text: SettingText

    /// Nil if the text is no host.
    init?(_ text: SettingText) {
        let literals = text.parts.compactMap { if case .literal(let text) = $0 { text } else { nil } }
        guard !text.parts.isEmpty, literals.allSatisfy(Self.isHost) else { return nil }
        self.text = text
    }

    /// What may stand in a host with its port.
    static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
                default: false
                }
            }
    }

    /// What stands before a call's path, if the host of a destination's `url` is a name of the internet. A destination at an address or at
    /// a plain name, such as `localhost`, stands in for all of the tracker, and its own address counts.
    ///
    /// - Returns: nil beside the address if that counts, or if a setting is missing or is no part of a host.
    func base(for url: String, _ settings: [String: SettingValue]) -> (String?, String) {
        guard let separator = url.firstRange(of: "://") else { return (nil, url) }
        let own = url[separator.upperBound...].prefix { $0 != "/" && $0 != ":" }
        guard own.contains("."), own.contains(where: \.isLetter), own.first != "[" else { return (nil, url) }
        var host = ""
        for part in text.parts {
            switch part {
            case .literal(let text): host += text
            case .setting(let name):
                guard case .text(let value)? = settings[name]?.value, Self.isHost(value) else { return (nil, url) }
                host += value
            }
        }
        return ("\(url[..<separator.upperBound])\(host)", url)
    }
}
