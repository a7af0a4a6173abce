import Mappings

/// A postback URL as it may be shown, without what environment variables put behind its host.
package struct ShownPostback: Sendable {
    package let url: PostbackURL
    /// Texts that are masked in replies, too.
    package let secrets: [String]

    package init(url: PostbackURL, secrets: [String]) {
        self.url = url
        self.secrets = secrets
    }
}
