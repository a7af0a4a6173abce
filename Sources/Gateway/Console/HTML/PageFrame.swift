/// The frame around every page.
struct PageFrame {
    enum Section: String, CaseIterable {
        case overview = "Overview"
        case dead = "Not arrived"
        case refused = "Refused"
        case trackers = "Trackers"
        case workbench = "Workbench"
        case actions = "Actions"

        var address: Address {
            switch self {
            case .overview: Address("/")
            case .dead: Address("/dead")
            case .refused: Address("/refused")
            case .trackers: Address("/trackers")
            case .workbench: Address("/workbench")
            case .actions: Address("/actions")
            }
        }
    }

    var title: String
    var section: Section?
    /// Nil while nobody is signed in.
    var visitor: Visitor?
    /// What the search box holds.
    var sought = ""
    /// What is shown changes by itself within seconds, so the script looks again.
    var isMoving = false

    func html(@HTMLBuilder _ content: () -> HTML) -> HTML {
        fragment {
            HTML.documentType
            tag("html", Attribute("lang", "en")) {
                head
                tag("body") {
                    tag("a", .class("skip"), Attribute("href", "#main"), text: "To the page's content")
                    if let visitor { header(visitor) }
                    tag("main", .id("main"), Attribute("tabindex", "-1"), Attribute("data-moving", isMoving ? "yes" : "no")) { content() }
                }
            }
        }
    }

    private var head: HTML {
        tag("head") {
            void("meta", Attribute("charset", "utf-8"))
            void("meta", .name("viewport"), Attribute("content", "width=device-width, initial-scale=1"))
            void("meta", .name("color-scheme"), Attribute("content", "light dark"))
            tag("title", text: "\(title) · Gateway")
            void("link", Attribute("rel", "stylesheet"), Attribute("href", ConsoleAssets.stylePath))
            void("link", Attribute("rel", "icon"), .type("image/svg+xml"), Attribute("href", "/icon.svg"))
            tag("script", Attribute("src", ConsoleAssets.scriptPath), Attribute("defer", "defer")) {}
        }
    }

    private func header(_ visitor: Visitor) -> HTML {
        tag("header") {
            tag("div", .class("bar")) {
                tag("a", .class("brand"), .href(Address("/")), text: "Gateway")
                searchBox
                if visitor.isSignedIn { account(visitor) }
            }
            tag("nav", .label("Pages")) {
                Section.allCases.map { link($0) }
            }
        }
    }

    private func link(_ each: Section) -> HTML {
        each == section
            ? tag("a", .href(each.address), Attribute("aria-current", "page"), text: each.rawValue)
            : tag("a", .href(each.address), text: each.rawValue)
    }

    private var searchBox: HTML {
        tag("form", .class("search"), Attribute("role", "search"), Attribute("method", "get"), .action(Address("/find"))) {
            tag("label", .class("hidden"), .for("q"), text: "Find a conversion")
            void(
                "input", .id("q"), .name("q"), .type("search"), .value(sought), Attribute("placeholder", "Order, click, e-mail or id"),
                Attribute("autocomplete", "off"), Attribute("spellcheck", "false"))
            tag("button", .type("submit"), text: "Find")
        }
    }

    private func account(_ visitor: Visitor) -> HTML {
        tag("form", .class("account"), Attribute("method", "post"), .action(Address("/sign-out"))) {
            Parts.token(visitor)
            tag("span", .class("who"), text: "\(visitor.name), \(visitor.role.rawValue)")
            tag("button", .type("submit"), .class("quiet"), text: "Sign out")
        }
    }
}
