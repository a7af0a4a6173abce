import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// A person who looks after the gateway without a single one of its credentials.
    struct WithoutSecretsTests {
        private static let configuration = ConfigurationText(
            sources: [.shop.with(["credentials": "{ api_key: \"${SHOP_KEY}\" }"])],
            to: [
                .postback("main", "/pb?cid={click_id}&key=${MAIN_KEY}"),
                .init(
                    "moved",
                    [
                        "tracker": "refcampaign", "url": "\"${MOVED_URL}\"", "allow_networks": "[127.0.0.0/8]",
                        "credentials": "{ api_key: \"${MAIN_KEY}\" }",
                    ]),
            ])
        private static let secrets = """
            # as the unit has them
            SHOP_KEY="rc_test_demo_sender_1"
            MAIN_KEY='m-key-1'
            MOVED_URL=http://127.0.0.1:1/m
            """

        @Test func `what only looks, and pause and resume, need no credential`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                try bench.write(Self.secrets, to: "secrets")
                try await bench.serve("--env-file", "secrets") { gateway, port in
                    #expect(try await Samples.sale("s1").post(port).status == 200)
                    #expect(try await Samples.sale("").post(port).status == 400)
                    _ = try await eventually { try await bench.states().contains("main delivered") ? true : nil }
                    for arguments in [
                        ["status"], ["destinations"], ["conversions"], ["conversions", "show", "s1"], ["deliveries"], ["refused"],
                        ["refused", "show", "1"], ["sums"], ["find", "s1"], ["pause", "moved"], ["resume", "moved"],
                    ] {
                        let run = try await bench.run(arguments)
                        #expect(run.status == 0, "\(arguments): \(run.errors)")
                        let first = run.errors.split(separator: "\n").first
                        let names = "SHOP_KEY, MAIN_KEY, MOVED_URL"
                        #expect(
                            first
                                == "note: the environment variables \(names) are not set; this command does without; --env-file FILE sets variables",
                            "\(arguments)")
                        #expect(run.errors.ranges(of: "note:").count == 1)
                        #expect(!run.output.contains("not configured"))
                    }
                    let whole = try await bench.run("status", "--env-file", "secrets")
                    #expect(whole.status == 0)
                    #expect(whole.errors == "")
                    let unknown = try await bench.run("deliveries", "--destination", "moveb")
                    #expect(unknown.errors.contains("did you mean 'moved'?"))
                    gateway.terminate()
                    #expect(try await gateway.hasLogged("[Gateway] stopped"))
                }
            }
        }

        @Test func `what sends or judges still wants everything`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                try bench.write(Self.secrets, to: "secrets")
                for (arguments, status) in [
                    (["serve"], Int32(78)), (["check"], 1), (["replay", "--state", "dead"], 78), (["explain", "--source", "shop"], 78),
                    (["prune"], 78),
                ] {
                    let run = try await bench.run(arguments)
                    #expect(run.status == status, "\(arguments)")
                    #expect(run.errors.contains("error: environment variable 'SHOP_KEY' is not set; set it or write ${SHOP_KEY:-default}"))
                }
                #expect(try await bench.run("check", "--env-file", "secrets").status == 0)
                var elsewhere = Self.configuration
                elsewhere["store"] = "postgres://gateway:${STORE_PASSWORD}@127.0.0.1:1/gateway"
                try bench.configure(elsewhere)
                let run = try await bench.run("status")
                #expect(run.status == 78)
                #expect(run.errors.contains("environment variable 'STORE_PASSWORD' is not set"))
            }
        }

        @Test func `a file of variables that cannot be read ends the command with a sentence`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                try bench.write("A=1\nexport SHOP_KEY=s3cr3t\n", to: "secrets")
                let broken = try await bench.run("status", "--env-file", "secrets")
                #expect(broken.status == 78)
                #expect(broken.errors == "secrets:2: error: what is before '=' is no name of a variable; leave out 'export'\n")
                let missing = try await bench.run("status", "--env-file", "nope")
                #expect(missing.status == 78)
                #expect(missing.errors == "there is no file 'nope', as --env-file names it\n")
            }
        }

        @Test(.enabled(if: geteuid() == 0, "only root may become another user"))
        func `a group that may read the store looks, and changes nothing`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                try bench.write(Self.secrets, to: "secrets")
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bench.folder)
                // The tests' own build may be in a folder that others may not enter.
                try FileManager.default.copyItem(atPath: Workbench.executable, toPath: "\(bench.folder)/gateway")
                func look(_ arguments: String..., group: Int = 0) async throws -> (status: Int32, output: String, errors: String) {
                    let (output, errors) = ("\(bench.folder)/look.out", "\(bench.folder)/look.err")
                    let command = ["setpriv", "--reuid=65534", "--regid=65534", "--groups=\(group)", "--", "./gateway"] + arguments
                    let process = try SpawnedProcess(command, in: bench.folder, files: .init(output: output, errors: errors))
                    let status = try await process.ended()
                    func text(_ path: String) -> String {
                        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
                    }
                    return (status, text(output), text(errors))
                }
                try await bench.serve("--env-file", "secrets") { _, port in
                    #expect(try await Samples.sale("s1").post(port).status == 200)
                    let closed = try await look("status")
                    #expect(closed.status == 1)
                    #expect(closed.errors.contains("cannot be opened; let this user read and write the file and its folder"))
                    for name in ["gateway.db", "gateway.db-wal", "gateway.db-shm"] {
                        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: "\(bench.folder)/\(name)")
                    }
                    let open = try await look("status")
                    #expect(open.status == 0)
                    #expect(open.output.contains("shop    1 "))
                    // The lock is for the owner only; whether it is held is known all the same.
                    #expect(!open.errors.contains("no gateway serves this store now"))
                    #expect(try await look("conversions", "show", "s1").status == 0)
                    let pause = try await look("pause", "main")
                    #expect(pause.status == 1)
                    #expect(pause.errors.contains("cannot be written to"))
                    #expect(try await look("status", group: 65534).status == 1)
                }
                // The files beside the store stay, so that it can be read.
                let stopped = try await look("status")
                #expect(stopped.status == 0)
                #expect(stopped.errors.contains("no gateway serves this store now"))
            }
        }
    }
}
