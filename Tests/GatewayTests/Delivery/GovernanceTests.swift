import Mappings
import Rules
import Testing

@testable import Gateway

/// What an operator decides about one destination, as its tracker sees it.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct GovernanceTests {
    @Test func `a rate is kept to, without busy waiting and without losing any`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            let slow = Destination.local("a", port: tracker.port).with { $0.rate = Rate(permits: 20, interval: .seconds(1)) }
            try await DeliveryHarness.run([slow]) { harness in
                harness.submit(DeliveryHarness.conversions(50), to: "a")
                try await harness.wait { harness.store.count(.delivered, at: "a") == 20 }
                try await harness.letTimePass(.milliseconds(600))
                #expect(tracker.received.count <= 20)
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 50 }
                let took = harness.clock.elapsed
                #expect(took >= .milliseconds(2000), "\(took)")
                #expect(tracker.received.count == 50)
            }
        }
    }

    @Test func `answers that mean try again open the breaker too, and what waits uses up no tries`() async throws {
        let isWell = Flag()
        try await ScriptedTracker.run { _, _ in
            isWell.isRaised ? .reply(200) : .reply(503)
        } body: { tracker in
            let destination = Destination.local("a", port: tracker.port).with {
                $0.concurrency = 4
                $0.breaker = Breaker.Settings(failures: 5, pause: .milliseconds(50), longest: .milliseconds(200))
            }
            try await DeliveryHarness.run([destination]) { harness in
                harness.submit(DeliveryHarness.conversions(300), to: "a")
                try await harness.wait { harness.dispatcher.activity["a"]?.openedAt != nil }
                try await harness.letTimePass(.milliseconds(1000))
                // Eight at most before it opens, then one in 50, 100, 200 and 200 ms.
                #expect(tracker.received.count <= 8 + 8, "\(tracker.received.count)")
                #expect(harness.dispatcher.activity["a"]?.reason == "tracker answered 503")
                isWell.raise()
                try await harness.letTimePass(upTo: .seconds(30)) { harness.store.count(.delivered, at: "a") == 300 }
                #expect(harness.dispatcher.activity["a"]?.openedAt == nil)
            }
        }
    }

    @Test func `a refusal is an answer, so it opens nothing`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(422)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port)]) { harness in
                harness.submit(DeliveryHarness.conversions(100), to: "a")
                try await harness.wait { harness.store.count(.rejected, at: "a") == 100 }
                #expect(harness.dispatcher.activity["a"]?.openedAt == nil)
            }
        }
    }

    @Test func `a hanging destination is found again soon after it answers`() async throws {
        let isWell = Flag()
        try await ScriptedTracker.run { _, _ in
            isWell.isRaised ? .reply(200) : .hang
        } body: { tracker in
            let destination = Destination.local("a", port: tracker.port, delays: [.milliseconds(50), .seconds(1)]).with {
                $0.timeout = .milliseconds(200)
            }
            try await DeliveryHarness.run([destination]) { harness in
                harness.submit(DeliveryHarness.conversions(200), to: "a")
                try await harness.wait { harness.dispatcher.activity["a"]?.openedAt != nil }
                isWell.raise()
                try await harness.letTimePass(upTo: .seconds(20)) { harness.store.count(.delivered, at: "a") >= 168 }
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 200 }
            }
        }
    }

    @Test func `a dry run writes the request down and sends nothing, and a replay after it sends`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            let real = Destination.local("a", port: tracker.port)
            try await DeliveryHarness.run([real.with { $0.isDryRun = true }]) { harness in
                let conversion = DeliveryHarness.conversion()
                harness.submit([conversion], to: "a")
                try await harness.wait { harness.store[conversion, "a"]?.state == .skipped }
                let result = try #require(harness.store[conversion, "a"]?.results.last)
                #expect(result.reason == "dry run: nothing was sent")
                #expect(result.attempt?.outcome == .dryRun)
                #expect(result.attempt?.requestLine == "POST http://127.0.0.1:\(tracker.port)/in?key=***")
                #expect(result.attempt?.request == "X-Id: \(conversion.id)\n\nid=\(conversion.id)")
                #expect(tracker.received.isEmpty)
                harness.dispatcher.reconfigure([real])
                _ = try await harness.store.requeue(
                    [DeliveryID(conversion: conversion.id, destination: "a")], at: harness.clock.now)
                try await harness.letTimePass { harness.store[conversion, "a"]?.state == .delivered }
                #expect(tracker.received.count == 1)
            }
        }
    }

    @Test func `what is older than max_age is dead when it comes up, and not asked for again`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(503)
        } body: { tracker in
            let destination = Destination.local("a", port: tracker.port, delays: [.seconds(60)]).with { $0.maxAge = .seconds(1) }
            try await DeliveryHarness.run([destination]) { harness in
                let conversion = DeliveryHarness.conversion()
                harness.submit([conversion], to: "a")
                try await harness.letTimePass { harness.store[conversion, "a"]?.state == .dead }
                #expect(tracker.received.count == 1)
                let reason = harness.store[conversion, "a"]?.results.last?.reason
                #expect(reason == "received 1s ago, and max_age is 1s; to send it after all raise max_age and replay it")
            }
        }
    }

    @Test func `a paused destination is sent nothing until it is resumed, also by another process and after a start`() async throws {
        let store = MemoryConversionStore()
        try await store.setPaused("a", reason: "their maintenance", at: VirtualClock.start)
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port), .local("b", port: tracker.port)], store: store) { harness in
                harness.submit(DeliveryHarness.conversions(5000), to: "a")
                harness.submit(DeliveryHarness.conversions(10), to: "b")
                try await harness.wait { store.count(.delivered, at: "b") == 10 }
                #expect(tracker.received.count == 10)
                try await store.setPaused("a", reason: nil, at: harness.clock.now)
                try await harness.letTimePass(upTo: .seconds(2)) { store.count(.delivered, at: "a") > 0 }
                try await store.setPaused("a", reason: "", at: harness.clock.now)
                try await harness.letTimePass { harness.dispatcher.activity["a"]?.isPaused == true }
                try await harness.wait { harness.dispatcher.activity["a"]?.inFlight == 0 }
                let sent = tracker.received.count
                try await harness.letTimePass(.seconds(2))
                #expect(tracker.received.count == sent)
                try await store.setPaused("a", reason: nil, at: harness.clock.now)
                try await harness.letTimePass { store.count(.delivered, at: "a") == 5000 }
                #expect(tracker.received.count == 5010)
            }
        }
    }

    @Test func `the state of a destination is reported while it changes, and not while nothing does`() async throws {
        let port = try await ScriptedTracker.run({ _, _ in .hang }, body: { $0.port })
        let store = MemoryConversionStore()
        let destination = Destination.local("a", port: port, delays: [.seconds(60)]).with {
            $0.breaker = Breaker.Settings(failures: 1, pause: .seconds(60), longest: .seconds(60))
            $0.rate = Rate(permits: 8, interval: .seconds(1))
        }
        try await DeliveryHarness.run([destination], store: store) { harness in
            harness.submit([DeliveryHarness.conversion()], to: "a")
            try await harness.wait { harness.dispatcher.activity["a"]?.openedAt != nil }
            try await harness.letTimePass(.milliseconds(2500))
            let report = try #require(try await store.reports().first)
            #expect(report.breaker == .open && report.failures == 1 && report.rate == "8/s")
            #expect(report.reason == "connection to 127.0.0.1:\(port) refused")
            #expect(report.probeAt.map { harness.clock.now.duration(to: $0) > .seconds(50) } == true)
            #expect(store.reportCalls <= 2)
        }
        #expect(try await store.reports().isEmpty)
    }

    @Test func `what this process may no longer send is given back, and sent when it may again`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port)]) { harness in
                harness.store.loseClaims(true)
                harness.submit(DeliveryHarness.conversions(5), to: "a")
                // Each was taken and given back several times.
                try await harness.letTimePass { harness.store.dueCalls >= 3 }
                #expect(tracker.received.isEmpty)
                harness.store.loseClaims(false)
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 5 }
                #expect(tracker.received.count == 5)
            }
        }
    }

    @Test func `what was committed before the claims were lost is not sent as it was offered, but read from the store`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port)]) { harness in
                let taken = DeliveryHarness.conversion()
                let left = DeliveryHarness.conversion()
                let before = harness.store.claimEpoch
                // Another process has taken the first over meanwhile: the store does not give it to this one any more.
                harness.store.add([left], to: ["a"], at: harness.clock.now)
                harness.store.loseClaims()
                for conversion in [taken, left] { harness.dispatcher.offer(conversion, to: ["a"], claimEpoch: before) }
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 1 }
                #expect(tracker.received.map { $0.headers.first(name: "X-Id") } == ["\(left.id)"])
            }
        }
    }
}

/// A configuration that changes while deliveries are under way.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct ReconfigurationTests {
    @Test func `a changed url is tried at once in an outage, once, and what waits follows when it works`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(503)
        } body: { dead in
            let old = Destination.local("a", port: dead.port, delays: Array(repeating: .seconds(5), count: 20)).with {
                $0.breaker = Breaker.Settings(failures: 3, pause: .seconds(86_400), longest: .seconds(86_400))
                $0.way = ["old"]
            }
            try await DeliveryHarness.run([old]) { harness in
                harness.submit(DeliveryHarness.conversions(20), to: "a")
                try await harness.wait { harness.dispatcher.activity["a"].map { $0.breaker != .closed && $0.inFlight == 0 } ?? false }
                let before = dead.received.count
                // The same again, as after a reload that is about something else.
                harness.dispatcher.reconfigure([old.with { $0.concurrency = 7 }])
                try await harness.letTimePass(.seconds(30))
                #expect(dead.received.count == before)
                // Another url, which is as dead.
                let wrong = old.with {
                    $0.rewrite { $0.url = $0.url.replacing("/in", with: "/wrong") }
                    $0.way = ["wrong"]
                }
                harness.dispatcher.reconfigure([wrong])
                try await harness.wait { dead.received.count == before + 1 }
                try await harness.letTimePass(.seconds(30))
                #expect(dead.received.count == before + 1)
                #expect(harness.dispatcher.activity["a"]?.openedAt != nil)
                try await ScriptedTracker.run { _, _ in
                    .reply(200)
                } body: { well in
                    let right = Destination.local("a", port: well.port).with {
                        $0.breaker = old.sending.breaker
                        $0.way = ["right"]
                    }
                    harness.dispatcher.reconfigure([right])
                    try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 20 }
                    #expect(well.received.count == 20)
                    #expect(well.mostAtOnce >= 1 && dead.received.count == before + 1)
                }
            }
        }
    }

    @Test func `what is in flight ends under the old settings and the next begins under the new`() async throws {
        try await ScriptedTracker.run { number, _ in
            number <= 8 ? .held : .reply(200)
        } body: { tracker in
            let old = Destination.local("a", port: tracker.port).with { $0.concurrency = 1 }
            try await DeliveryHarness.run([old]) { harness in
                harness.submit(DeliveryHarness.conversions(40), to: "a")
                try await harness.wait { tracker.received.count == 1 }
                let new = old.with {
                    $0.concurrency = 8
                    $0.rewrite { $0.url = $0.url.replacing("/in", with: "/new") }
                }
                harness.dispatcher.reconfigure([new])
                try await harness.wait { tracker.holding == 8 }
                tracker.release()
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 40 }
                #expect(tracker.received.count == 40)
                #expect(tracker.received.map { $0.uri.prefix(4) } == ["/in?"] + Array(repeating: "/new", count: 39))
                #expect(tracker.mostAtOnce > 1)
            }
        }
    }

    @Test func `a new destination begins with what it is owed, and a removed one leaves its own in the store`() async throws {
        try await ScriptedTracker.run { number, _ in
            number == 1 ? .held : .reply(200)
        } body: { tracker in
            let a = Destination.local("a", port: tracker.port).with { $0.concurrency = 1 }
            let b = Destination.local("b", port: tracker.port)
            try await DeliveryHarness.run([a]) { harness in
                harness.submit(DeliveryHarness.conversions(10), to: "a", "b")
                try await harness.wait { tracker.holding == 1 }
                harness.dispatcher.reconfigure([b])
                try await harness.letTimePass { harness.store.count(.delivered, at: "b") == 10 }
                tracker.release()
                try await harness.letTimePass {
                    harness.store.count(.delivered, at: "b") == 10 && harness.store.count(.delivered, at: "a") == 1
                }
                try await harness.letTimePass(.milliseconds(1200))
                #expect(harness.store.count(.pending, at: "a") == 9)
                #expect(Set(harness.dispatcher.activity.keys) == ["b"])
                harness.dispatcher.reconfigure([a, b])
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 10 }
                #expect(tracker.received.count == 20)
            }
        }
    }

    @Test func `many changes under load lose nothing and send nothing twice`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            let a = Destination.local("a", port: tracker.port)
            try await DeliveryHarness.run([a]) { harness in
                for round in 1...30 {
                    harness.submit(DeliveryHarness.conversions(50), to: "a")
                    harness.dispatcher.reconfigure(round % 3 == 0 ? [] : [a.with { $0.concurrency = round % 7 + 1 }])
                    try await harness.letTimePass(.milliseconds(10))
                }
                harness.dispatcher.reconfigure([a])
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 1500 }
                #expect(tracker.received.count == 1500)
            }
        }
    }
}
