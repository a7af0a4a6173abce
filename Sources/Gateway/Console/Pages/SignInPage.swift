/// The form for name and password.
struct SignInPage {
    var target: Address
    var complaint: String?

    static let wrong = "This name and this password do not belong together."
    static let tooMany = "Too many tries from your address at once. Wait half a minute, then try again."

    var html: HTML {
        PageFrame(title: "Sign in").html {
            tag("div", .class("narrow")) {
                tag("h1", text: "Gateway")
                if let complaint { tag("p", .class("alert bad"), Attribute("role", "alert"), text: complaint) }
                tag("form", Attribute("method", "post"), .action(Address("/sign-in")), .class("stack")) {
                    void("input", .type("hidden"), .name("to"), .value(target.text))
                    tag("label", .for("name"), text: "Name")
                    void("input", .id("name"), .name("name"), .required, .autofocus, Attribute("autocomplete", "username"))
                    tag("label", .for("password"), text: "Password")
                    void(
                        "input", .id("password"), .name("password"), .type("password"), .required,
                        Attribute("autocomplete", "current-password"))
                    tag("button", .type("submit"), .class("main"), text: "Sign in")
                }
            }
        }
    }

    /// Asks for the same page once more, as a page of this console does, so that the strict cookie comes along.
    static let again: HTML = fragment {
        HTML.documentType
        tag("html", Attribute("lang", "en")) {
            tag("head") {
                void("meta", Attribute("charset", "utf-8"))
                void("meta", Attribute("http-equiv", "refresh"), Attribute("content", "0"))
                tag("title", text: "Gateway")
            }
            tag("body") { tag("p", text: "Opening the page …") }
        }
    }
}
