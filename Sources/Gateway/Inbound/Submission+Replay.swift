import Mappings
import Rules

extension Submission {
    /// A refused request that is run again: its conversion with the keys and destinations that it would have had.
    static func again(_ conversion: Conversion, _ request: StoredRequest, source: SourceConfiguration, routes: [Route]) -> Submission {
        var conversion = conversion
        let source = InboundSource(source, routes: routes)
        let keys = RequestKeys(of: &conversion, from: source, request.wireRequest)
        let said = source.review?.flag(&conversion) ?? conversion
        return Submission(
            conversion: ConversionRow(conversion), request: request, keys: keys, content: Digest32(bytes: said.contentDigest()),
            destinations: routes.destinations(of: conversion), from: source)
    }
}

extension StoredRequest {
    /// As mappings read it; credentials are gone.
    var wireRequest: WireRequest {
        let question = target.firstIndex(of: "?") ?? target.endIndex
        let query = question < target.endIndex ? String(target[target.index(after: question)...]) : ""
        return WireRequest(method: method, path: String(target[..<question]), query: query, headers: headers, body: body)
    }
}
