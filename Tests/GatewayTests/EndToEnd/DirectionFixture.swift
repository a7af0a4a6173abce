import Foundation

/// What each tracker must have received, as `gateway sandbox` prints it.
enum DirectionFixture {
    static var demo: String {
        String(decoding: FileManager.default.contents(atPath: "\(Workbench.repository)/examples/demo.yaml") ?? Data(), as: UTF8.self)
    }

    static let withSet: [(source: String, wanted: [(destination: String, text: String)])] = [
        (
            "shop",
            [
                (
                    "to-refcampaign",
                    #"""
                    {"type":"sale","event_name":"SALE","order_id":"ord_42","session_id":"rcs_7fKj2...","amount":"49.90",\#
                    "currency":"EUR","metadata":{"plan":"pro"}}
                    """#
                ),
                (
                    "to-refersion",
                    #"""
                    {"type":"sale","order_id":"ord_42","cart_id":"rcs_7fKj2...","amount":"49.90","currency":"EUR",\#
                    "items":[{"sku":"N/A","quantity":"1","unit_price":"49.9"}]}
                    """#
                ),
                (
                    "to-refvenue",
                    #"""
                    {"type":"sale","event_name":"purchase","coupon_code":"DEMO20","program":"prog_demo","amount":"49.9"}
                    """#
                ),
                (
                    "to-rs-traffic",
                    #"""
                    {"type":"deposit","event_name":"ftd","status":"approved","click_id":"rcs_7fKj2...","amount":"49.90",\#
                    "currency":"EUR","occurred_at":"NOW"}
                    """#
                ),
                (
                    "to-trcker",
                    #"""
                    {"type":"sale","event_name":"sale","order_id":"ord_42","click_id":"rcs_7fKj2...","offer":"demo-offer",\#
                    "amount":"49.90","currency":"EUR","extra":{"brand":"demo-brand"}}
                    """#
                ),
            ]
        ),
        (
            "saas",
            [
                (
                    "to-refcampaign",
                    #"""
                    {"type":"sale","event_name":"SALE","order_id":"ID","amount":"99.99","currency":"USD",\#
                    "customer":{"email_sha256":"e233d4a29013e9d87150c6237c6777bedf379ebf1acdc5d6126fec7e8bb74fb5"}}
                    """#
                ),
                (
                    "to-refersion",
                    #"""
                    {"type":"sale","order_id":"ID","cart_id":"JOHN123","amount":"99.99","currency":"USD",\#
                    "customer":{"email":"customer@example.com","ip":"203.0.113.42"},"items":[{"sku":"prog_abc123","quantity":"1",\#
                    "unit_price":"99.99"}]}
                    """#
                ),
                (
                    "to-refvenue",
                    #"""
                    {"type":"sale","event_name":"purchase","ref_code":"JOHN123","coupon_code":"DEMO20","program":"prog_demo",\#
                    "amount":"99.99","customer":{"email":"customer@example.com","ip":"203.0.113.42","user_agent":"Mozilla/5.0..."}}
                    """#
                ),
                (
                    "to-rs-traffic",
                    #"""
                    {"type":"deposit","event_name":"ftd","status":"approved","click_id":"JOHN123","amount":"99.99","currency":"USD",\#
                    "occurred_at":"NOW"}
                    """#
                ),
                (
                    "to-trcker",
                    #"""
                    {"type":"sale","event_name":"sale","order_id":"ID","click_id":"JOHN123","offer":"demo-offer","amount":"99.99",\#
                    "currency":"USD","extra":{"brand":"demo-brand"}}
                    """#
                ),
            ]
        ),
        (
            "store",
            [
                (
                    "to-refcampaign",
                    #"""
                    {"type":"sale","event_name":"SALE","order_id":"20150401102883","amount":"63.75","currency":"USD",\#
                    "customer":{"email_sha256":"836f82db99121b3481011f16b49dfa5fbc714a0d1b1b9f784a1ebbbf5b39577f"}}
                    """#
                ),
                (
                    "to-refersion",
                    #"""
                    {"type":"sale","order_id":"20150401102883","cart_id":"DDXqfBngTWuX8N8Asqr2mY3RkmHCXdM7Vz6mdHkjwrEnN5zyRY",\#
                    "coupon_code":"HOLIDAY1","amount":"63.75","shipping":"9.99","tax":"0.57","discount":"2.25","currency":"USD",\#
                    "customer":{"email":"john.doe@example.com","first_name":"John","last_name":"Doe"},"items":[{"sku":"PROD_A",\#
                    "name":"Product A","quantity":"2","unit_price":"5.5"},{"sku":"PROD_B","name":"Product B","quantity":"1",\#
                    "unit_price":"10"},{"sku":"PROD_C","name":"Product C","quantity":"3","unit_price":"15"}]}
                    """#
                ),
                (
                    "to-refvenue",
                    #"""
                    {"type":"sale","event_name":"purchase","coupon_code":"HOLIDAY1","program":"prog_demo","amount":"63.75",\#
                    "customer":{"email":"john.doe@example.com"}}
                    """#
                ),
                (
                    "to-rs-traffic",
                    #"""
                    {"type":"deposit","event_name":"ftd","status":"approved",\#
                    "click_id":"DDXqfBngTWuX8N8Asqr2mY3RkmHCXdM7Vz6mdHkjwrEnN5zyRY","amount":"63.75","currency":"USD",\#
                    "occurred_at":"NOW"}
                    """#
                ),
                (
                    "to-trcker",
                    #"""
                    {"type":"sale","event_name":"sale","order_id":"20150401102883",\#
                    "click_id":"DDXqfBngTWuX8N8Asqr2mY3RkmHCXdM7Vz6mdHkjwrEnN5zyRY","coupon_code":"HOLIDAY1","offer":"demo-offer",\#
                    "amount":"63.75","currency":"USD","extra":{"brand":"demo-brand"}}
                    """#
                ),
            ]
        ),
        (
            "network",
            [
                (
                    "to-refcampaign",
                    #"""
                    {"type":"sale","event_name":"SALE","order_id":"order-12345","click_id":"a1b2c3d4-e5f6-...","amount":"49.99",\#
                    "currency":"USD"}
                    """#
                ),
                (
                    "to-refersion",
                    #"""
                    {"type":"sale","order_id":"order-12345","cart_id":"a1b2c3d4-e5f6-...","amount":"49.99","currency":"USD",\#
                    "items":[{"sku":"offer-slug","quantity":"1","unit_price":"49.99"}]}
                    """#
                ),
                (
                    "to-refvenue",
                    #"""
                    {"type":"sale","event_name":"purchase","coupon_code":"DEMO20","program":"prog_demo","amount":"49.99"}
                    """#
                ),
                (
                    "to-rs-traffic",
                    #"""
                    {"type":"deposit","event_name":"ftd","status":"approved","click_id":"a1b2c3d4-e5f6-...","amount":"49.99",\#
                    "currency":"USD","occurred_at":"NOW"}
                    """#
                ),
                (
                    "to-trcker",
                    #"""
                    {"type":"sale","event_name":"sale","order_id":"order-12345","click_id":"a1b2c3d4-e5f6-...","offer":"demo-offer",\#
                    "amount":"49.99","currency":"USD","extra":{"brand":"demo-brand"}}
                    """#
                ),
            ]
        ),
        (
            "casino",
            [
                (
                    "to-refcampaign",
                    #"""
                    {"type":"sale","event_name":"SALE","order_id":"ID","click_id":"abc123def456","amount":"50.00","currency":"USD",\#
                    "occurred_at":"2024-05-29T16:26:40Z","sub_ids":{"s1":"fb_de_001","s2":"pwa"}}
                    """#
                ),
                (
                    "to-refersion",
                    #"""
                    {"type":"sale","order_id":"ID","cart_id":"abc123def456","amount":"50.00","currency":"USD","items":[{"sku":"N/A",\#
                    "quantity":"1","unit_price":"50"}]}
                    """#
                ),
                (
                    "to-refvenue",
                    #"""
                    {"type":"sale","event_name":"purchase","coupon_code":"DEMO20","program":"prog_demo","amount":"50"}
                    """#
                ),
                (
                    "to-rs-traffic",
                    #"""
                    {"type":"deposit","event_name":"ftd","status":"approved","click_id":"abc123def456","amount":"50.00",\#
                    "currency":"USD","customer":{"country":"DE"},"occurred_at":"2024-05-29T16:26:40Z","payment_method":"card",\#
                    "sub_ids":{"s1":"fb_de_001","s2":"pwa"}}
                    """#
                ),
                (
                    "to-trcker",
                    #"""
                    {"type":"sale","event_name":"sale","order_id":"ID","click_id":"abc123def456","offer":"demo-offer",\#
                    "amount":"50.00","currency":"USD","extra":{"brand":"demo-brand"}}
                    """#
                ),
            ]
        ),
    ]

    static let withoutSet = [
        "casino to-refcampaign delivered ",
        "casino to-refersion skipped Refersion requires cart_id, but the conversion has no cart_id; a route can give it: set: { cart_id: … }",
        "casino to-refvenue skipped one of ref_code or coupon_code is required",
        "casino to-rs-traffic delivered ",
        "casino to-trcker delivered ",
        "network to-refcampaign delivered ",
        "network to-refersion skipped Refersion requires cart_id, but the conversion has no cart_id; a route can give it: set: { cart_id: … }",
        "network to-refvenue skipped one of ref_code or coupon_code is required",
        "network to-rs-traffic delivered ",
        "network to-trcker delivered ",
        "saas to-refcampaign delivered ",
        "saas to-refersion skipped Refersion requires cart_id, but the conversion has no cart_id; a route can give it: set: { cart_id: … }",
        "saas to-refvenue delivered Conversion tracked successfully",
        "saas to-rs-traffic skipped RS-Traffic requires clickid, but the conversion has no click_id; a route can give it: set: { click_id: … }",
        "saas to-trcker skipped Trcker requires click_id, but the conversion has no click_id; a route can give it: set: { click_id: … }",
        "shop to-refcampaign delivered ",
        "shop to-refersion skipped Refersion requires cart_id, but the conversion has no cart_id; a route can give it: set: { cart_id: … }",
        "shop to-refvenue skipped one of ref_code or coupon_code is required",
        "shop to-rs-traffic skipped RS-Traffic requires clickid, but the conversion has no click_id; a route can give it: set: { click_id: … }",
        "shop to-trcker skipped Trcker requires click_id, but the conversion has no click_id; a route can give it: set: { click_id: … }",
        "store to-refcampaign delivered ",
        "store to-refersion delivered ",
        "store to-refvenue delivered Conversion tracked successfully",
        "store to-rs-traffic skipped RS-Traffic requires clickid, but the conversion has no click_id; a route can give it: set: { click_id: … }",
        "store to-trcker skipped Trcker requires click_id, but the conversion has no click_id; a route can give it: set: { click_id: … }",
    ]
}
