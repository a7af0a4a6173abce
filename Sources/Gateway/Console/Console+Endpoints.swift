/// What answers at an address of the console.
struct ConsoleEndpoint {
    typealias Page = (ConsoleRequest, Visitor) async throws -> ConsoleReply
    /// With the segment that names what the page is about.
    typealias NamedPage = (ConsoleRequest, Visitor, String) async throws -> ConsoleReply

    var get: Page?
    var post: Page?
    /// It changes nothing, or only what is the visitor's own.
    var isForViewers = false

    var allowed: String { [self.get == nil ? nil : "GET, HEAD", post == nil ? nil : "POST"].compactMap(\.self).joined(separator: ", ") }
    var hint: String { self.get == nil ? "It takes a form that a page sends." : "Open it in the browser." }
}

extension Console {
    /// - Parameter segments: of the path, decoded.
    func endpoint(_ segments: [String]) -> ConsoleEndpoint? {
        switch (segments.first ?? "", segments.count) {
        case ("", 0): ConsoleEndpoint(get: overview)
        case ("find", 1): ConsoleEndpoint(get: find)
        case ("conversions", 2): ConsoleEndpoint(get: about(segments[1], trace))
        case ("dead", 1): ConsoleEndpoint(get: dead)
        case ("dead.csv", 1): ConsoleEndpoint(get: deadTable)
        case ("replay", 1): ConsoleEndpoint(get: previewReplay, post: replay)
        case ("refused", 1): ConsoleEndpoint(get: refusedList)
        case ("refused", 2): ConsoleEndpoint(get: about(segments[1], refusedRequest), post: about(segments[1], runRefused))
        case ("trackers", 1): ConsoleEndpoint(get: trackers)
        case ("trackers", 2): ConsoleEndpoint(get: about(segments[1], tracker))
        case ("workbench", 1): ConsoleEndpoint(get: workbench, post: workbench, isForViewers: true)
        case ("destinations", 3):
            ConsoleEndpoint(post: { [self] in try await govern($0, $1, destination: segments[1], segments[2]) })
        case ("actions", 1): ConsoleEndpoint(get: actions)
        case ("feed", 1): ConsoleEndpoint(get: { [self] in feed($0, $1) })
        case ("sign-out", 1): ConsoleEndpoint(post: { [self] request, _ in signOut(request) }, isForViewers: true)
        default: nil
        }
    }

    private func about(_ name: String, _ page: @escaping ConsoleEndpoint.NamedPage) -> ConsoleEndpoint.Page {
        { try await page($0, $1, name) }
    }
}
