/// The signature of one received request, and the texts that it may be of. Each text is made once, and only if those before it did not fit,
/// however many sources and keys the signature is compared with.
package final class ReceivedSignature {
    /// Longer content is compared with the usual and common texts only, so that a byte costs a bounded number of codes.
    static let mostBytesOfRare = 8 * 1024
    /// The same for more keys: a source that is named is one.
    static let mostKeysOfRare = 100

    /// Empty if the request has none that could be right.
    private let codes: [[UInt8]]
    private let content: SentContent?
    /// Why the signature is not even compared, as a sentence.
    package private(set) var problem: String?
    /// What was made so far.
    private var texts: [Candidate] = []
    /// The same once for each form that has the text.
    private var offers: [(text: Int, form: Int)] = []
    private var steps: Steps
    /// What may be signed, if the mapping has a text of parts.
    private var messages: [SignedMessage] = []
    private let text: SignatureText?
    private var found: Found?

    private struct Candidate {
        var text: SignedText
        var forms: [SignedForm]
    }

    private struct Found {
        var key: Signer.Key
        /// The text that fits, if a form has it.
        var bytes: [UInt8]
        var code: [UInt8]
    }

    package convenience init(of parsed: ParsedRequest, by plan: SignaturePlan) {
        self.init(of: parsed, by: plan, forms: SignedForm.all.filter { plan.setting != nil || plan.forms.contains($0) })
    }

    init(of parsed: ParsedRequest, by plan: SignaturePlan, forms: [SignedForm]) {
        steps = Steps(plan.text == nil ? forms : [])
        text = plan.text
        guard let (text, place) = plan.counted(in: parsed) else {
            (codes, content) = ([], nil)
            return
        }
        let codes = plan.codes(of: text)
        let content = SentContent(parsed, at: place, without: plan.names)
        problem = plan.problem(with: text, codes)
        if problem == nil, content.signatures > 1 || plan.isContradicted(in: parsed, by: codes, of: text) {
            problem = "the signature was sent twice; send it once"
        }
        if problem == nil, plan.text != nil {
            do throws(SignatureText.Ambiguity) {
                messages = try plan.messages(of: parsed)
            } catch {
                problem = error.sentence
            }
        }
        self.codes = problem == nil ? codes : []
        self.content = content
    }

    /// Compares the signature with each text by each of these keys, and ends at the first that fits.
    package func search(_ signers: [Signer]) {
        guard !codes.isEmpty, let content, found == nil else { return }
        if text != nil { return searchMessages(signers) }
        var keys: [Signer.Key: [SignedForm]] = [:]
        for signer in signers { keys[signer.key, default: []] += signer.forms }
        let known = Array(keys)
        var index = 0
        while let (candidate, earlier, form) = offer(index, of: content, keyCount: known.count) {
            index += 1
            guard candidate.ambiguity == nil else { continue }
            for place in known.indices where known[place].value.contains(form) {
                if !earlier.isEmpty, earlier.contains(where: { known[place].value.contains($0) }) { continue }
                guard let code = codes.first(where: { known[place].key.signing.fits($0, candidate.bytes) }) else { continue }
                found = Found(key: known[place].key, bytes: candidate.bytes, code: code)
                return
            }
        }
    }

    /// A text of parts is the only one. No line feed may stand behind it.
    private func searchMessages(_ signers: [Signer]) {
        for key in Set(signers.map(\.key)) {
            for message in messages {
                let own = key.signing.code(message.bytes(key.bytes))
                // All are compared, so that the time taken does not say which of them came close.
                let isRight = codes.reduce(false) { $1.isEqualInConstantTime(to: own) || $0 }
                if isRight { found = found ?? Found(key: key, bytes: [], code: own) }
            }
        }
    }

    /// The signature by this signer's key among those that were sent; nil if the search found another or none.
    package func proof(by signer: Signer) -> String? {
        guard let found, found.key == signer.key else { return nil }
        return found.code.hex
    }

    /// Whether the search found the signer's key, and one of the signer's forms has the text that fits.
    package func isProven(by signer: Signer) -> Bool {
        guard let found, let content, found.key == signer.key else { return false }
        if text != nil { return true }
        var index = 0
        while let (candidate, _, form) = offer(index, of: content, keyCount: 1) {
            if signer.forms.contains(form), candidate.bytes == found.bytes { return true }
            index += 1
        }
        return false
    }
}

// MARK: Texts

extension ReceivedSignature {
    /// Which texts come next: of each form the usual ones, then the common ones, then the rare ones.
    private struct Steps {
        private let forms: [SignedForm]
        private var taken = 0

        init(_ forms: [SignedForm]) { self.forms = forms }

        var next: SignedForm.Likelihood? {
            guard !forms.isEmpty, taken < forms.count * SignedForm.Likelihood.allCases.count else { return nil }
            return SignedForm.Likelihood.allCases[taken / forms.count]
        }

        mutating func take() -> (likelihood: SignedForm.Likelihood, form: SignedForm)? {
            guard let likelihood = next else { return nil }
            defer { taken += 1 }
            return (likelihood, forms[taken % forms.count])
        }
    }

    /// A text and its form, made if they are not there yet; nil if there are no more. The same text may have come in earlier forms.
    private func offer(
        _ index: Int, of content: SentContent, keyCount: Int
    ) -> (text: SignedText, earlier: ArraySlice<SignedForm>, form: SignedForm)? {
        while offers.count <= index {
            if steps.next == .rare, content.byteCount > Self.mostBytesOfRare || keyCount > Self.mostKeysOfRare { return nil }
            guard let (likelihood, form) = steps.take() else { return nil }
            // A signature of nothing would be right for every such request.
            guard form.coversBody || !content.isEmpty else { continue }
            for text in form.received(content, likelihood) { add(text, form) }
        }
        let offer = offers[index]
        let candidate = texts[offer.text]
        return (candidate.text, candidate.forms[..<offer.form], candidate.forms[offer.form])
    }

    /// Texts of equal bytes are compared once.
    private func add(_ text: SignedText, _ form: SignedForm) {
        let known = texts.firstIndex { $0.text.bytes == text.bytes && ($0.text.ambiguity == nil) == (text.ambiguity == nil) }
        let index = known ?? texts.count
        if known == nil { texts.append(Candidate(text: text, forms: [])) }
        guard !texts[index].forms.contains(form) else { return }
        offers.append((index, texts[index].forms.count))
        texts[index].forms.append(form)
    }

    /// What was compared, as a part of a sentence: the forms, the lengths of their texts, and where each differs from the first. Nil if nothing was.
    /// It shows neither a key nor a signature, and of the content a sign at most.
    package var tried: String? {
        if let text { return messages.first.map { "'\(text.source)' of \($0.count) bytes" } }
        let tried = texts.filter { $0.text.ambiguity == nil }
        guard let first = tried.first else { return nil }
        let shown = tried.prefix(8).map { candidate in
            let names = candidate.forms.map(\.name).joined(separator: " and ")
            return "\(names) of \(candidate.text.bytes.count) bytes" + Self.difference(candidate.text.bytes, first.text.bytes)
        }
        let rest = tried.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "") + ", each also with a line feed behind it"
    }

    private static func difference(_ text: [UInt8], _ first: [UInt8]) -> String {
        guard text != first else { return "" }
        let index = zip(text, first).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(text.count, first.count)
        func sign(_ text: [UInt8]) -> String {
            guard index < text.count else { return "its end" }
            if text[index] >= 0x80 { return "0x" + String(text[index], radix: 16, uppercase: true) }
            return String(decoding: text[index...index], as: UTF8.self).quotedBriefly
        }
        return " (at byte \(index) \(sign(text)) instead of \(sign(first)))"
    }

    /// Why a text was not compared with the signature, as a part of a sentence.
    package var ambiguity: String? { texts.lazy.compactMap(\.text.ambiguity).first }
}
