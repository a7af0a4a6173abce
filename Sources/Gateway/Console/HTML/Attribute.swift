/// An attribute of an element. Its name is a literal; its value is escaped when it is written.
struct Attribute: Sendable {
    let name: StaticString
    /// Nil for one that is on by its name alone, such as `required`.
    let value: String?

    init(_ name: StaticString, _ value: String) { (self.name, self.value) = (name, value) }

    private init(flag name: StaticString) { (self.name, value) = (name, nil) }

    static func `class`(_ value: String) -> Self { Self("class", value) }
    static func id(_ value: String) -> Self { Self("id", value) }
    static func type(_ value: String) -> Self { Self("type", value) }
    static func name(_ value: String) -> Self { Self("name", value) }
    static func value(_ value: String) -> Self { Self("value", value) }
    static func title(_ value: String) -> Self { Self("title", value) }
    static func label(_ value: String) -> Self { Self("aria-label", value) }
    static func `for`(_ value: String) -> Self { Self("for", value) }

    /// Links lead to the console's own pages only.
    static func href(_ address: Address) -> Self { Self("href", address.text) }
    static func action(_ address: Address) -> Self { Self("action", address.text) }

    static let required = Self(flag: "required")
    static let checked = Self(flag: "checked")
    static let selected = Self(flag: "selected")
    static let open = Self(flag: "open")
    static let hidden = Self(flag: "hidden")
    static let autofocus = Self(flag: "autofocus")
    static let numeric = Self.class("number")
}
