import ArgumentParser
import Mappings
import Rules

struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Removes a person's data from the store, and keeps amounts, types and ids, so that sums stay.",
        discussion: """
            Looks for the address in any case, percent-encoded, and as its SHA-256, in conversions, raw requests, repeats, attempts and refused \
            requests. A conversion of this person loses its customer, ad platforms' click ids, page, metadata and everything that no field \
            names, its raw request, its repeats, and what each attempt sent and received; a refused request is removed whole. Digests stay: a repeat is still \
            recognised by its duplicate keys. Then the store's file, or the database's tables, are written again, so that no older copy is \
            left in them. On PostgreSQL that is VACUUM FULL; older copies stay in its write-ahead log until the log is recycled.

            Logs and backups are not changed. Trackers that received the person's data must be asked separately.
            """
    )

    @OptionGroup var store: StoreOption

    @Option(name: .long, help: "The person's e-mail address.")
    var email: String?

    @Option(name: .customLong("email-sha256"), help: "Its SHA-256 in hexadecimal digits, if the address itself is not known.")
    var sha256: String?

    @Flag(name: .long, help: "Also conversions that are still to be sent; they are then sent without the customer.")
    var alsoPending = false

    @Flag(name: .long, help: "Counts what would go, and changes nothing.")
    var dryRun = false

    func validate() throws {
        guard (email == nil) != (sha256 == nil) else { throw ValidationError("name the person with --email or with --email-sha256") }
        if let email, Person(email: email) == nil {
            throw ValidationError("--email takes an address such as jane@example.com, found \(email.quotedBriefly)")
        }
        if let sha256, Person(sha256: sha256) == nil {
            throw ValidationError("--email-sha256 takes 64 hexadecimal digits, found \(sha256.count) characters")
        }
    }

    func run() async throws {
        guard let person = email.flatMap({ Person(email: $0) }) ?? sha256.flatMap({ Person(sha256: $0) }) else { throw ExitStatus.usage }
        let (store, _) = try store.open(readOnly: dryRun, for: .store)
        let report = try await store.forget(person, alsoPending: alsoPending, dryRun: dryRun)
        await store.close()
        let isRefused = !dryRun && !alsoPending && !report.pending.isEmpty
        if self.store.json { Listing.printPretty(object(report, isRefused: isRefused)) } else { show(report, isRefused: isRefused) }
        if isRefused || report.leftover != nil { throw ExitStatus.findings }
    }

    private func object(_ report: ForgetReport, isRefused: Bool) -> JSONObject {
        func number(_ count: Int) -> JSONValue { .number("\(count)") }
        return [
            "changed": .bool(!dryRun && !isRefused && !report.isEmpty), "conversions": number(report.conversions),
            "requests": number(report.requests), "repeats": number(report.repeats), "attempts": number(report.attempts),
            "reasons": number(report.reasons), "notes": number(report.notes), "waiting": number(report.waiting),
            "refused": number(report.refused),
            "pending": .array(report.pending.map { .string($0.description) }), "wiped": .bool(report.leftover == nil),
        ]
    }

    private func show(_ report: ForgetReport, isRefused: Bool) {
        if report.isEmpty { return Terminal.print("nothing of this person is stored") }
        let parts = [
            (report.conversions, "conversion", "without their customer"), (report.requests, "raw request", "removed"),
            (report.repeats, "repeat", "emptied"), (report.attempts, "attempt", "without what was sent and answered"),
            (report.reasons, "delivery", "with a reason that named them"),
            (report.notes, "note", "that named them"), (report.waiting, "waiting correction", "without their customer"),
            (report.refused, "refused request", "removed"),
        ]
        if !isRefused {
            Terminal.print(dryRun ? "would change:" : "changed:")
            for (count, name, what) in parts where count > 0 {
                Terminal.print("  \(count.of(name)) \(what)")
            }
        }
        if !report.pending.isEmpty {
            let one = report.pending.count == 1
            let list = report.pending.prefix(5).map(\.description).joined(separator: ", ") + (report.pending.count > 5 ? " …" : "")
            let sentence = "\(report.pending.count.of("delivery")) \(one ? "is" : "are") pending yet: \(list)"
            if isRefused {
                Terminal.complain(
                    "\(sentence); nothing was changed; wait until \(one ? "it has" : "they have") ended, or add --also-pending")
            } else {
                Terminal.complain(
                    "\(sentence); a try that is under way may still write what it sends, so do this again once they have ended")
            }
        }
        if let leftover = report.leftover {
            Terminal.complain("older copies may be left in free space of the store: \(leftover)")
        }
    }
}
