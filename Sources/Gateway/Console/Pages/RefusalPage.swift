/// A page that says why there is no other.
struct RefusalPage {
    private let refusal: ConsoleRefusal

    init(_ refusal: ConsoleRefusal) { self.refusal = refusal }

    func html(_ visitor: Visitor?) -> HTML {
        PageFrame(title: refusal.sentence, visitor: visitor).html {
            tag("h1", text: refusal.sentence)
            tag("p", text: refusal.hint)
            tag("p") { Parts.link(visitor == nil ? "Sign in" : "Overview", Address("/")) }
        }
    }
}
