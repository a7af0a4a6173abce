import Foundation
import Mappings

/// The store, the disk below it and the clock beside it.
struct DoctorStore {
    private let configuration: Configuration
    private let now: Timestamp

    init(_ configuration: Configuration, now: Timestamp = SystemClock.now()) {
        self.configuration = configuration
        self.now = now
    }

    func findings() async -> [DoctorFinding] {
        let path: String
        switch configuration.store {
        case .sqlite(let file): path = file
        case .postgres(let address): return await DoctorServer(address, now: now).findings()
        }
        guard FileManager.default.fileExists(atPath: path) else {
            return [DoctorFinding("store", .warning, "there is none at '\(path)' yet; `gateway serve` creates it")]
        }
        do throws(StoreError) {
            let store = try SQLiteConversionStore(path: path, readOnly: true)
            let found = try await store.inspect()
            await store.close()
            var findings = Self.health(found)
            guard found.damage.isEmpty else { return findings }
            findings.append(await writing(path))
            findings.append(Self.disk(found, free: Self.free(at: path), path: path))
            findings.append(Self.clock(newest: found.newest, now: now, isSynchronized: Self.isSynchronized()))
            findings += Self.backlog(found, now: now)
            return findings
        } catch {
            return [DoctorFinding("store", .problem, error.description)]
        }
    }

    private func writing(_ path: String) async -> DoctorFinding {
        do throws(StoreError) {
            let store = try SQLiteConversionStore(path: path)
            try await store.checkWritable()
            await store.close()
            return DoctorFinding("writing", .ok, "a commit to '\(path)' worked")
        } catch {
            return DoctorFinding("writing", .problem, error.description)
        }
    }

    // MARK: Judging

    static func health(_ found: StoreInspection) -> [DoctorFinding] {
        guard found.damage.isEmpty else {
            return [
                DoctorFinding(
                    "store", .problem,
                    "the file is damaged (\(found.damage[0])); stop the service and restore a backup, or rescue it with sqlite3's .recover")
            ]
        }
        let free = found.freeBytes > 0 ? " and \(ByteSize.text(found.freeBytes)) free inside" : ""
        let sound = "sound, schema \(found.schema), \(found.conversions) conversions, \(ByteSize.text(found.usedBytes)) in use\(free)"
        return [DoctorFinding("store", .ok, sound)]
            + (found.disagreements.isEmpty
                ? [DoctorFinding("sums", .ok, "every sum agrees with its rows")]
                : found.disagreements.map { DoctorFinding("sums", .problem, "\($0); report this, with what happened before") })
    }

    /// Compares free space with what a day adds; a store without a day's history is judged by free space alone.
    static func disk(_ found: StoreInspection, free: Int?, path: String) -> DoctorFinding {
        guard let free else { return DoctorFinding("disk", .warning, "free space below '\(path)' is unknown") }
        let each = found.conversions > 0 ? found.usedBytes / found.conversions : 0
        let daily = each * found.lastDay
        let days = daily > 0 ? free / daily : Int.max
        let growth = daily > 0 ? ", and a day like the last takes \(ByteSize.text(daily))" : ""
        let sentence = "\(ByteSize.text(free)) free\(growth)"
        if free < 100_000_000 || days < 2 {
            return DoctorFinding("disk", .problem, "\(sentence); make room, or the gateway answers 503 when it is full")
        }
        if days < 14 {
            return DoctorFinding("disk", .warning, "\(sentence), enough for \(days) days; make room, or let old requests go by retention")
        }
        return DoctorFinding("disk", .ok, sentence)
    }

    /// - Parameter isSynchronized: nil if no time service can be asked.
    static func clock(newest: Timestamp?, now: Timestamp, isSynchronized: Bool?) -> DoctorFinding {
        if let newest, now.advanced(by: .seconds(5)) < newest {
            return DoctorFinding(
                "clock", .problem,
                "it shows \(now), \(now.duration(to: newest).text) before the newest conversion; set it, or retries and duplicate windows are wrong"
            )
        }
        return switch isSynchronized {
        case true: DoctorFinding("clock", .ok, "\(now), synchronized")
        case false: DoctorFinding("clock", .warning, "\(now), not synchronized yet; see `timedatectl`")
        default: DoctorFinding("clock", .ok, "\(now), not before the newest conversion")
        }
    }

    static func backlog(_ found: StoreInspection, now: Timestamp) -> [DoctorFinding] {
        if found.pending.isEmpty { return [DoctorFinding("backlog", .ok, "nothing is pending")] }
        return found.pending.map { destination, count, oldest in
            let age = oldest.duration(to: now)
            let what = "\(count) pending to '\(destination)', the oldest for \(max(age, .zero).text)"
            return age < .seconds(3600)
                ? DoctorFinding("backlog", .ok, what)
                : DoctorFinding("backlog", .warning, "\(what); see `gateway deliveries --state pending --destination \(destination)`")
        }
    }

    // MARK: Asking the system

    private static func free(at path: String) -> Int? {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return (try? FileManager.default.attributesOfFileSystem(forPath: folder))?[.systemFreeSize] as? Int
    }

    /// systemd's own mark; another time service is not asked.
    private static func isSynchronized() -> Bool? {
        let folder = "/run/systemd/timesync"
        guard FileManager.default.fileExists(atPath: folder) else { return nil }
        return FileManager.default.fileExists(atPath: folder + "/synchronized")
    }
}
