/// Finds what says in a text that something went wrong: `error: unknown click`, `NOT accepted!`, `Connection failed`.
///
/// A word counts as a whole, so that a click id such as `error-4711` is none, and not if the text denies it: `no error`, `errors: 0`,
/// `"error":null`. A word that is only doubtful, such as `unknown`, counts unless the text also says that it took the conversion.
struct ErrorWords {
    private struct Token {
        /// In lower case.
        var text: String
        var range: Range<Int>
    }
    private let bytes: [UInt8]
    private let tokens: [Token]

    /// As a person would quote it; nil if there is none. Only the text's beginning is read.
    static func found(in text: some Collection<UInt8>) -> String? { Self(Array(text.prefix(AnswerContent.lookedAt))).found }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tokens = Self.tokens(of: bytes)
    }

    // MARK: Words

    /// A text that is nothing but this.
    private static let whole: Set = ["0", "-1", "false", "no", "nok", "ko", "nak", "null", "nil", "none", "n", "undefined"]
    private static let errors: Set = [
        "error", "errors", "errored", "err", "errno", "errcode", "errorcode", "error_code", "errormessage", "error_message", "errormsg",
        "error_msg", "iserror", "is_error", "haserror", "exception", "exceptions", "fatal", "fail", "fails", "failed", "failing", "failure",
        "failures", "erro", "erros", "errore", "errori", "errores", "fehler", "erreur", "erreurs", "fallo", "falha", "hata", "gagal",
        "kesalahan", "fout", "chyba", "virhe", "eroare", "traceback", "sqlstate",
    ]
    /// Behind `status` and the like they repeat what was sent: `Postback with status rejected accepted`.
    private static let refusals: Set = [
        "invalid", "rejected", "refused", "declined", "denied", "forbidden", "unauthorized", "unauthorised", "unauthenticated", "incorrect",
        "malformed", "blocked", "banned", "unable", "cannot", "can't", "couldn't", "didn't", "doesn't", "isn't", "wasn't", "nonexistent",
        "unrecognized", "unrecognised", "not-found", "not_found", "notfound", "invalido", "invalida", "desconocido", "desconocida",
        "invalide",
        "inconnu", "inconnue", "introuvable", "unbekannt", "unbekannter", "fehlgeschlagen", "verweigert", "sconosciuto", "sconosciuta",
        "fallito", "fallita", "nieznany", "nieznane", "onbekend", "ongeldig", "mislukt",
    ]
    private static let doubtful: Set = [
        "unknown", "missing", "expired", "wrong", "warning", "undefined", "unavailable", "maintenance", "timeout", "exceeded", "required",
        "empty", "must", "captcha", "ignored", "discarded", "disabled", "inactive", "suspended",
    ]
    private static let confirmations: Set = ["ok", "success", "successful", "successfully", "accepted", "recorded", "saved", "stored"]
    private static let notWords: Set = [
        "found", "accepted", "recorded", "saved", "stored", "processed", "valid", "allowed", "authorized", "authorised", "permitted",
        "registered", "exist", "exists", "available", "tracked", "counted", "successful", "ok", "received", "known", "recognized",
        "recognised", "supported", "configured", "active", "match", "matching", "matched", "logged", "set", "enabled", "acceptable",
    ]
    private static let noWords: Set = [
        "such", "match", "matching", "matches", "click", "clicks", "subid", "clickid", "campaign", "offer", "id", "conversion", "visitor",
        "session", "parameter", "parameters", "data", "access", "permission", "route", "encontrado", "encontrada", "existe", "trovato",
        "trovata",
    ]
    private static let harmlessBehindNo: Set = [
        "error", "errors", "problem", "problems", "issue", "issues", "warning", "warnings", "failure", "failures", "duplicate",
        "duplicates", "exception", "exceptions",
    ]
    private static let storage = ["mysql", "pdo", "pg_", "sqlite", "odbc", "mongodb", "redis", "fopen", "fwrite", "file_put_contents"]
    private static let negations: Set = [
        "no", "not", "without", "0", "zero", "non", "none", "sin", "sem", "sans", "aucune", "ohne", "kein", "keine", "senza", "nessun",
        "geen",
        "zonder", "tanpa",
    ]
    private static let echoes: Set = ["status", "state", "event", "type", "goal"]
    private static let nothing: Set = ["0", "00", "000", "none", "null", "nil", "false", "no", "ok", "success", "n", "na"]
    /// Words with letters beyond ASCII, and those of languages that do not separate words by blanks, or bend them. In lower case.
    private static let foreign = [
        "falló", "fallé", "inválid", "não encontrad", "não existe", "échec", "échou", "n'existe pas", "ungültig", "błąd", "błęd",
        "nie znaleziono",
        "nieprawidłow", "geçersiz", "bulunamadı", "başarısız", "érvénytelen", "lỗi", "không", "thất bại",
        "ошибк", "не найден", "неверн", "неизвестн", "не удалось", "отказ", "помилк", "невідом", "грешка", "σφάλμα", "שגיאה", "خطأ", "فشل",
        "错误", "錯誤", "失败", "失敗", "不存在", "未找到", "找不到", "无效", "無效", "拒绝", "异常", "エラー", "無効", "不正", "見つかりません", "오류", "에러", "실패", "잘못",
    ]
    /// What denies one of these.
    private static let foreignDenials = ["没有错误", "无错误", "無錯誤", "エラーなし", "エラーはありません", "오류 없음", "không có lỗi", "нет ошибк", "bez błęd"]

    private var found: String? {
        if let only = tokens.first, tokens.count == 1 {
            let text = bytes[..<only.range.lowerBound].last == UInt8(ascii: "-") ? "-\(only.text)" : only.text
            if Self.whole.contains(text) { return text }
            if let status = Int(text), (400..<600).contains(status) { return text }
        }
        let isTaken = tokens.indices.contains { Self.confirmations.contains(tokens[$0].text) && !isNegated($0) }
        for index in tokens.indices {
            if let word = complaint(at: index, isTaken: isTaken) { return word }
        }
        guard bytes.contains(where: { $0 >= 0x80 }) else { return nil }
        return Self.foreignWord(in: bytes)
    }

    private static func foreignWord(in bytes: [UInt8]) -> String? {
        let text = String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map(\.windows1252)))
        var lower = text.lowercased()
        for denial in foreignDenials { lower = lower.replacing(denial, with: String(repeating: " ", count: denial.count)) }
        guard let found = foreign.lazy.compactMap({ lower.firstRange(of: $0) }).first else { return nil }
        guard lower.count == text.count else { return String(lower[found]) }
        let start = text.index(text.startIndex, offsetBy: lower.distance(from: lower.startIndex, to: found.lowerBound))
        return String(text[start...].prefix(lower[found].count))
    }

    /// - Parameter isTaken: The text also says that the conversion was taken.
    private func complaint(at index: Int, isTaken: Bool) -> String? {
        let word = tokens[index].text
        if Self.errors.contains(word) { return isDenied(index) ? nil : word }
        if Self.refusals.contains(word) { return isDenied(index) || isEcho(index, isTaken) ? nil : word }
        if word == "warning", namesStore(behind: index) { return word }
        if Self.doubtful.contains(word) { return isTaken || isDenied(index) || isEcho(index, isTaken) ? nil : word }
        if Self.confirmations.contains(word) {
            guard let value = value(behind: index), ["false", "0", "no"].contains(value) else { return nil }
            return "\(word) \(value)"
        }
        guard index + 1 < tokens.count else { return nil }
        let next = tokens[index + 1].text
        switch word {
        case "not":
            if Self.notWords.contains(next) { return "not \(next)" }
            return index > 0 && ["could", "can", "does", "did"].contains(tokens[index - 1].text) ? "\(tokens[index - 1].text) not" : nil
        case "no":
            if Self.noWords.contains(next) { return "no \(next)" }
            if Self.harmlessBehindNo.contains(next) { return nil }
            return tokens[index...].prefix(6).contains { $0.text == "found" } ? "no … found" : nil
        case "bad": return next == "request" || next == "gateway" ? "bad \(next)" : nil
        case "please": return ["log", "login", "sign"].contains(next) ? "please \(next)" : nil
        default: return nil
        }
    }

    /// PHP's own warning of a store that is not there, before an answer that takes no notice of it.
    private func namesStore(behind index: Int) -> Bool {
        tokens[index...].prefix(8).contains { token in Self.storage.contains { token.text.hasPrefix($0) } }
    }

    // MARK: What is around a word

    private func isDenied(_ index: Int) -> Bool { isClosingTag(index) || isNegated(index) || isNothing(behind: index) }

    /// `no error`, `0 errors`, `without failures`.
    private func isNegated(_ index: Int) -> Bool {
        index > 0 && Self.negations.contains(tokens[index - 1].text)
            && bytes[tokens[index - 1].range.upperBound..<tokens[index].range.lowerBound].allSatisfy {
                $0 == 0x20 || $0 == UInt8(ascii: "-")
            }
    }

    /// `status rejected`; in a text that says that the conversion was taken, `status=rejected` too.
    private func isEcho(_ index: Int, _ isTaken: Bool) -> Bool {
        guard index > 0, Self.echoes.contains(tokens[index - 1].text) else { return false }
        let gap = bytes[tokens[index - 1].range.upperBound..<tokens[index].range.lowerBound]
        return gap.allSatisfy { $0 == 0x20 || isTaken && ":=\"".utf8.contains($0) }
    }

    /// `</error>`
    private func isClosingTag(_ index: Int) -> Bool {
        bytes[..<tokens[index].range.lowerBound].suffix(2).elementsEqual([UInt8(ascii: "<"), UInt8(ascii: "/")])
    }

    /// `errors: 0`, `error=`, `"error":""`, `<error/>`.
    private func isNothing(behind index: Int) -> Bool {
        let gap = gap(behind: index)
        if gap.starts(with: "/>".utf8) { return true }
        if let separator = gap.firstIndex(where: { ":=>".utf8.contains($0) }) {
            let rest = gap[(separator + 1)...]
            let isLast = index + 1 == tokens.count
            if rest.contains(where: { "&;,}]<".utf8.contains($0) }) { return true }
            if isLast { return gap[separator] != UInt8(ascii: ":") || !rest.isEmpty }
        }
        guard let value = value(behind: index), Self.nothing.contains(value) else { return false }
        return isWhole(index + 1)
    }

    /// What is said of a word: `0` behind `errors: 0`, `errors=0` and `error 0`. Nil if nothing is.
    private func value(behind index: Int) -> String? {
        guard index + 1 < tokens.count else { return nil }
        let gap = gap(behind: index)
        let value = tokens[index + 1].text
        if gap.contains(where: { "&;,}]<.!\n".utf8.contains($0) }) { return nil }
        if gap.contains(where: { ":=>".utf8.contains($0) }) { return value }
        return value == "0" ? value : nil
    }

    /// Whether a value is not merely the first word of a sentence: `no` in `error: no such click` is.
    private func isWhole(_ index: Int) -> Bool {
        guard index + 1 < tokens.count else { return true }
        let gap = gap(behind: index)
        if let first = gap.first, first != 0x20 { return true }
        return self.gap(behind: index + 1).first.map { ":=".utf8.contains($0) } ?? false
    }

    private func gap(behind index: Int) -> ArraySlice<UInt8> {
        let end = index + 1 < tokens.count ? tokens[index + 1].range.lowerBound : bytes.count
        return bytes[tokens[index].range.upperBound..<end]
    }

    // MARK: Tokens

    private static func tokens(of bytes: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var start: Int?
        for index in 0...bytes.count {
            let isPart = index < bytes.count && (isLetter(bytes[index]) || isJoint(index, of: bytes))
            if isPart {
                start = start ?? index
            } else if let first = start {
                tokens.append(
                    Token(text: String(decoding: bytes[first..<index].lazy.map(\.lowercased), as: UTF8.self), range: first..<index))
                start = nil
            }
        }
        return tokens
    }

    /// Or a digit, an underscore, or any byte beyond ASCII.
    static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...: true
        default: false
        }
    }

    /// `-` and `'` within a word.
    private static func isJoint(_ index: Int, of bytes: [UInt8]) -> Bool {
        guard bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "'") else { return false }
        return index > 0 && index + 1 < bytes.count && isLetter(bytes[index - 1]) && isLetter(bytes[index + 1])
    }
}
