import Logging
import Mappings
import Rules

extension DeliveryWorker {
    /// What came of sending one request.
    enum Exchanged {
        /// `by` knows the secrets that the request carried.
        case reply(Reply, by: DestinationSettings)
        case failure(ExchangeFailure)
        /// There is no access token, so nothing was sent to the tracker. The line is that of the request for the token.
        case noToken(TokenFailure, line: String)
        /// Another process may have the delivery now.
        case letGo

        /// Of an answer that says what became of each of these requests, the part of each; nil if it is about all of them.
        func each(_ requests: [OutboundRequest]) -> [Exchanged]? {
            guard case .reply(let reply, let own) = self, own.destination.sending.readEach != nil else { return nil }
            return own.destination.sending.replies(toEach: requests, in: reply)?.map { .reply($0, by: own) }
        }
    }

    func exchange(_ request: OutboundRequest, _ job: DeliveryJob) async -> Exchanged {
        guard isOwn(job) else { return .letGo }
        if let tokens = job.destination.tokens { return await exchange(request, job, with: tokens) }
        return await exchange(request, by: job.settings)
    }

    /// Whether this process may still send it: the claims on it and on what shares its request are not lost.
    private func isOwn(_ job: DeliveryJob) -> Bool {
        let epoch = store.claimEpoch
        return store.holdsClaims && job.delivery.claimEpoch == epoch && job.others.allSatisfy { $0.claimEpoch == epoch }
    }

    private func exchange(_ request: OutboundRequest, by settings: DestinationSettings) async -> Exchanged {
        do throws(ExchangeFailure) {
            let reply = try await client.send(
                request, through: settings.destination.egress, timeout: settings.destination.sending.timeout,
                keeping: settings.destination.sending.answers.headerNames)
            FaultPoint.afterSend.reached()
            return .reply(reply, by: settings)
        } catch {
            return .failure(error)
        }
    }

    /// With the destination's access token. If the tracker refuses that with 401, once more with another.
    private func exchange(_ request: OutboundRequest, _ job: DeliveryJob, with tokens: TokenKeeper) async -> Exchanged {
        let destination = job.destination
        var isRenewed = false
        while true {
            let token: AccessToken
            switch await tokens.token(
                through: client, destination.egress, timeout: destination.sending.timeout, clock: clock, logger: logger)
            {
            case .success(let found): token = found
            case .failure(let failure): return .noToken(failure, line: tokens.request.request().maskedLine)
            }
            // Fetching it took its time.
            guard isOwn(job) else { return .letGo }
            var (request, own) = (request, destination)
            tokens.request.put(token.value, into: &request)
            own.sending.secrets = token.secrets
            let exchanged = await exchange(request, by: DestinationSettings(own))
            guard case .reply(let reply, _) = exchanged, reply.status == 401, !isRenewed, tokens.refused(token, at: clock.uptime()) else {
                return exchanged
            }
            isRenewed = true
            logger.info("tracker answered 401; another access token is fetched", metadata: ["destination": "\(destination.name)"])
        }
    }
}
