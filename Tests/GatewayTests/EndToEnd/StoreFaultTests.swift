import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// A disk that is full or may not be written to, while the service runs: nothing is acknowledged, nothing is lost, and it goes on by
    /// itself once the disk does.
    struct StoreFaultTests {
        private static let configuration = ConfigurationText(
            sources: [.shop], to: [.postback("main", "/postback?cid={click_id}&sum={amount}&txid={order_id}")],
            ["store": "sqlite:disk/gateway.db"])

        @Test func `a tracker's answer that finds the disk full is stored once there is space, and the tracker is not asked again`()
            async throws
        {
            let script: ScriptedTracker.Script = { number, _ in number == 1 ? .held : .reply(200) }
            try await Workbench.use(Self.configuration, tracker: script) { bench, tracker in
                let disk = "\(bench.folder)/disk"
                try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
                guard try await SpawnedProcess.run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk) == 0 else {
                    print("skipped: this user may not mount a small disk")
                    return
                }
                do {
                    try await bench.serve { gateway, port in try await answer(bench, gateway, disk, port, tracker) }
                } catch {
                    _ = try? await SpawnedProcess.run("umount", "-l", disk)
                    throw error
                }
                #expect(try await SpawnedProcess.run("umount", "-l", disk) == 0)
            }
        }

        private func answer(
            _ bench: Workbench, _ gateway: GatewayProcess, _ disk: String, _ port: Int, _ tracker: ScriptedTracker
        ) async throws {
            #expect(try await Samples.sale("one").post(port).status == 200)
            try await until { tracker.holding == 1 }
            Self.fill(disk)
            tracker.release()
            #expect(try await gateway.hasLogged("store failed, deliveries wait: "))
            #expect(try await Samples.sale("two").post(port).status == 503)
            #expect(tracker.received.count == 1)
            try FileManager.default.removeItem(atPath: "\(disk)/ballast")
            let rows = try await bench.settled(1)
            #expect(rows.map { "\($0.text("state")) \($0.text("attempts"))" } == ["delivered 1"])
            #expect(tracker.received.count == 1)
            #expect(try await Samples.sale("two").post(port).status == 200)
            _ = try await bench.settled(2)
            #expect(tracker.received.count == 2)
        }

        @Test func `a store that may not be written to gets a 503 and goes on once it may`() async throws {
            try await Workbench.use(Self.configuration) { bench, tracker in
                let disk = "\(bench.folder)/disk"
                try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
                try await bench.serve { _, port in
                    #expect(try await Samples.sale("one").post(port).status == 200)
                    _ = try await bench.settled(1)
                    let files = ["gateway.db", "gateway.db-wal"].map { "\(disk)/\($0)" }
                    guard try await SpawnedProcess(["chattr", "+i"] + files).ended() == 0 else {
                        print("skipped: this user may not forbid a file's change")
                        return
                    }
                    let refused = try await Samples.sale("two").post(port)
                    let ready = await RawConnection.exchange(port, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await SpawnedProcess(["chattr", "-i"] + files).ended() == 0)
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
    }
}
