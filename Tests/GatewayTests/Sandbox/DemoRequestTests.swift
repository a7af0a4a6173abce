import Mappings
import Rules
import Testing

@testable import Gateway

struct DemoRequestTests {
    private static let sources: [SourceConfiguration] = {
        let (configuration, _) = ConfigurationLoader.load(
            path: "demo.yaml", environment: ["SANDBOX": "http://127.0.0.1:1"], readFile: { _ in MappingCatalog.demoConfiguration },
            listFolder: { _ in [] })
        return configuration?.sources ?? []
    }()

    private static func source(_ name: String) throws -> SourceConfiguration { try #require(sources.first { $0.name == name }) }

    @Test(arguments: [
        ("shop", "shop sends RefCampaign's sample: POST /api/v1/conversions/postback"),
        ("saas", "saas sends RefVenue's sample: POST /v1/track-conversion"),
        ("store", "store sends Refersion's sample: POST /tracker/orders/paid"),
        ("network", "network sends Trcker's sample: GET /api/postback/your-brand/offer-slug"),
        ("casino", "casino sends RS-Traffic's sample: POST /v1/event"),
    ])
    func `each source of the demo sends its tracker's own sample`(name: String, title: String) throws {
        let request = try #require(DemoRequest(try Self.source(name)))
        #expect(request.title == title)
    }

    @Test func `only a tracker that takes corrections has a sample of one`() throws {
        #expect(
            DemoRequest(correcting: try Self.source("shop"))?.title == "shop sends RefCampaign's sample: POST /api/v1/conversions/refund")
        #expect(DemoRequest(correcting: try Self.source("network")) == nil)
    }

    @Test func `a curl line has the credentials, and what a shell would read is quoted`() throws {
        var shop = try Self.source("shop")
        shop.credentials = ["api_key": "it's"]
        let curl = try #require(DemoRequest(shop)).curl(port: 8080)
        #expect(curl.hasPrefix("curl -X POST -H '"))
        #expect(curl.contains(#"-H 'Authorization: Bearer it'\''s'"#))
        #expect(curl.contains("--data-raw '{"))
        #expect(curl.hasSuffix(" 'http://127.0.0.1:8080/api/v1/conversions/postback'"))
        let network = try #require(DemoRequest(try Self.source("network"))).curl(port: 80)
        #expect(!network.contains("-X") && !network.contains("--data-raw"))
        #expect(network.contains(" 'http://127.0.0.1:80/api/postback/your-brand/offer-slug?"))
    }

    @Test func `a mapping without a sample, or a path without its setting, sends nothing`() throws {
        let fixture = ConfigurationFixture.shop()
        let (configuration, diagnostics) = fixture.load()
        let acme = try #require(configuration?.source("shop"), "\(diagnostics)")
        #expect(DemoRequest(acme) == nil)
        var network = try Self.source("network")
        network.settings = [:]
        #expect(DemoRequest(network) == nil)
    }
}
