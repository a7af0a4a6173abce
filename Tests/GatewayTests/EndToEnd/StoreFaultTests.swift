import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// A disk that is full or may not be written to, while the service runs: nothing is acknowledged, nothing is lost, and it goes on by
    /// itself once the disk does.
    struct StoreFaultTests {
        private static let configuration = """
            listen: 127.0.0.1:0
            store: sqlite:disk/gateway.db
            sources:
              shop: { tracker: refcampaign, credentials: { api_key: rc_test_demo } }
            destinations:
              main:
                postback_url: "http://127.0.0.1:${TRACKER}/postback?cid={click_id}&sum={amount}&txid={order_id}"
                allow_networks: [127.0.0.0/8]
            routes:
              - { from: "*", to: main }
            """

        @Test func `a tracker's answer that finds the disk full is stored once there is space, and the tracker is not asked again`()
            async throws
        {
            try await ScriptedTracker.run(ScriptedTracker.always(.late(.milliseconds(1500)))) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    let disk = "\(bench.folder)/disk"
                    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
                    guard try await Self.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk) == 0 else {
                        print("skipped: this user may not mount a small disk")
                        return
                    }
                    do {
                        try bench.write(Self.configuration, to: "gateway.yaml")
                        let gateway = try bench.start("serve")
                        let port = try await gateway.port()
                        #expect(try await Samples.sale("one").post(port).status == 200)
                        Self.fill(disk)
                        _ = try await eventually { tracker.received.count == 1 ? true : nil }
                        try await Task.sleep(for: .seconds(3))
                        #expect(try await Samples.sale("two").post(port).status == 503)
                        #expect(tracker.received.count == 1)
                        try FileManager.default.removeItem(atPath: "\(disk)/ballast")
                        let rows = try await bench.settled(1)
                        #expect(rows.map { "\($0.text("state")) \($0.text("attempts"))" } == ["delivered 1"])
                        #expect(tracker.received.count == 1)
                        #expect(try await Samples.sale("two").post(port).status == 200)
                        _ = try await bench.settled(2)
                        #expect(tracker.received.count == 2)
                        gateway.terminate()
                        #expect(try await gateway.ended() == 0)
                    } catch {
                        _ = try? await Self.run("umount", "-l", disk)
                        throw error
                    }
                    #expect(try await Self.run("umount", "-l", disk) == 0)
                }
            }
        }

        @Test func `a store that may not be written to gets a 503 and goes on once it may`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200))) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    let disk = "\(bench.folder)/disk"
                    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
                    try bench.write(Self.configuration, to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    #expect(try await Samples.sale("one").post(port).status == 200)
                    _ = try await bench.settled(1)
                    let files = ["gateway.db", "gateway.db-wal"].map { "\(disk)/\($0)" }
                    guard try await Self.run(["chattr", "+i"] + files) == 0 else {
                        print("skipped: this user may not forbid a file's change")
                        return
                    }
                    let refused = try await Samples.sale("two").post(port)
                    let ready = await RawConnection.exchange(port, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await Self.run(["chattr", "-i"] + files) == 0)
                    #expect(refused.status == 503)
                    #expect(refused.headers["retry-after"] != nil)
                    #expect(ready.first.status == 503)
                    let accepted = try await eventually { () -> String? in
                        let answer = try await Samples.sale("two").post(port)
                        return answer.status == 200 ? answer.body : nil
                    }
                    #expect(accepted?.contains("already tracked") == false)
                    #expect(try await bench.settled(2).map { $0.text("state") } == ["delivered", "delivered"])
                    #expect(tracker.received.count == 2)
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                }
            }
        }

        /// Until not one byte is free.
        private static func fill(_ disk: String) {
            let path = "\(disk)/ballast"
            let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
            defer { close(descriptor) }
            for size in [65_536, 4096, 512, 1] {
                let bytes = [UInt8](repeating: 1, count: size)
                while write(descriptor, bytes, size) == size {}
            }
        }

        private static func run(_ command: String...) async throws -> Int32 { try await run(command) }

        private static func run(_ command: [String]) async throws -> Int32 {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = command
            process.standardError = FileHandle.nullDevice
            try process.run()
            _ = try await eventually { process.isRunning ? nil : true }
            return process.terminationStatus
        }
    }
}
