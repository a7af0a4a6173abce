/// A configuration with one source of each tracker and nobody to deliver to.
enum Senders {
    static let configuration = """
        listen: 127.0.0.1:0
        store: sqlite:gateway.db
        sources:
          shop: { tracker: refcampaign, credentials: { api_key: rc_test_demo } }
          saas: { tracker: refvenue, credentials: { publishable_key: pk_test_demo }, defaults: { currency: USD } }
          store: { tracker: refersion, credentials: { public_key: demo-public, secret_key: demo-secret } }
          network:
            tracker: trcker
            credentials: { postback_secret: demo-postback-secret }
            settings: { brand: your-brand, offer: offer-slug }
          casino: { tracker: rs-traffic, credentials: { secret: your_secret_key }, settings: { partner: partner_name } }
        """
}
