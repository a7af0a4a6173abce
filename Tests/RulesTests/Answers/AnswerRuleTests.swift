import FuzzProperties
import Mappings
import Rules
import Testing

/// What a postback URL's answers mean if the configuration says nothing about them: delivered, or unconfirmed with the reason.
struct AnswerRuleTests {
    private static func verdict(_ body: [UInt8], status: Int = 200, encoding: String? = nil) -> AnswerRule.Verdict {
        AnswerRule().verdict(on: Reply(status: status, body: body, encoding: encoding), reading: nil)
    }

    /// Nil if the answer is believed.
    private static func doubt(_ body: String) -> String? {
        guard case .unconfirmed(let reason) = verdict(Array(body.utf8)) else { return nil }
        return reason
    }

    private static let gif: [UInt8] = Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x2C, 0, 0x3B]

    // MARK: What is believed

    @Test(arguments: [
        "", " \r\n", "OK", "ok\n", "1", "true", "Success", "success=true;", "\u{FEFF}OK", "OK\0", "Accepted", "Thank you!",
        "Postback recorded successfully.", "Postback for subid c-1 with status Lead accepted",
        "Postback for subid c-1 with status rejected accepted", "Conversion tracked", "Conversion saved. Payout: 4.1472", "no error",
        "No errors found", "without errors", "0 errors", "errors: 0", "errors=0&id=7", "error=", "error=&id=7", "error: none",
        "Error: none.", "error=false", "failed: 0", "0 failed, 1 recorded", "err=0", "errors=0 warnings=0", "ErrorCode=0",
        "OK click_id=error-4711", "OK; geo=unknown", "Accepted, country unknown", "recorded (warning: no payout)",
        "OK status=rejected&id=7", "saved: status: declined", "Duplicate conversion",
        "Not a duplicate, saved", "<b>OK</b>", "<img src='/p.gif' width=1>",
        "<?xml version='1.0'?><response><status>ok</status><error/></response>",
        "<response><errors></errors><id>7</id></response>", "<result><error>0</error></result>", "callback({\"error\":null})",
        #"{"error":null}"#, #"{"errors":[]}"#, #"{"error":""}"#, #"{"error":false,"id":7}"#, #"{"error":{"code":0,"message":""}}"#,
        #"{"success":true}"#, #"{"success":1,"message":"missing payout, the offer's is used"}"#, #"{"status":"ok"}"#,
        #"{"status":200,"message":"Conversion saved"}"#, #"{"data":{"status":"ok"},"errors":[]}"#, #"{"message":"No errors"}"#,
        #"{"response":{"status":1,"httpStatus":200,"data":true,"errors":[],"errorMessage":""}}"#, #"{"status":"rejected","id":"7"}"#,
        #"{"id":7,"conversion":{"status":"failed","note":"error"}}"#, #"{"code":0,"msg":"success"}"#, #""OK""#, "[]", "{}", "7",
        #"{"failed":0,"recorded":1}"#, "Спасибо", "Ваш постбек принят", "errorless", "terror", "The failsafe is on",
        "Sin errores", "sem erros", "Pas d'erreur: sans erreur", "ohne Fehler", "エラーはありません", "没有错误", "{OK}", #"{"id":7,}"#,
        #"{"success":true}0"#, "[x] OK", "Принято",
    ])
    func `an answer without a word of an error is delivered`(body: String) {
        #expect(Self.verdict(Array(body.utf8)) == .delivered, "\(Self.doubt(body) ?? "")")
    }

    @Test func `a pixel is delivered, and so is a text in another encoding`() {
        #expect(Self.verdict(Self.gif) == .delivered)
        #expect(Self.verdict([0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A, 0, 0, 0, 0x0D]) == .delivered)
        #expect(Self.verdict([0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10]) == .delivered)
        // Latin-1.
        #expect(Self.verdict(Array("Convers".utf8) + [0xE3] + Array("o aceita".utf8)) == .delivered)
        // A header that names a packing, and a body that has none.
        #expect(Self.verdict(Array("OK".utf8), encoding: "utf-8") == .delivered)
        #expect(Self.verdict(Self.gif, encoding: "gzip") == .delivered)
        #expect(Self.verdict([], encoding: "gzip") == .delivered)
    }

    @Test func `a text of which nothing can be read is unconfirmed`() {
        // "Ошибка" in Windows-1251, and "錯誤" in Big5.
        let reason = "the text is not in UTF-8, so that it cannot be read"
        #expect(Self.verdict([0xCE, 0xF8, 0xE8, 0xE1, 0xEA, 0xE0]) == .unconfirmed(reason))
        #expect(Self.verdict([0xBF, 0xF9, 0xBB, 0x7E]) == .unconfirmed(reason))
        // "inválido" in Latin-1.
        #expect(Self.verdict(Array("clic inv".utf8) + [0xE1] + Array("lido".utf8)) == .unconfirmed("the text says 'inválid'"))
    }

    @Test func `a 429 that asks for time is tried again, whatever else the tracker means by it`() {
        let reading = ReplyReading(outcome: .rejected, ground: .status)
        #expect(AnswerRule(isDocumented: true).verdict(on: Reply(status: 429, retryAfter: "60", body: []), reading: reading) == .retry)
        let page = Array("<html><title>Too many requests</title></html>".utf8)
        #expect(AnswerRule(isDocumented: true).verdict(on: Reply(status: 429, body: page), reading: reading) == .retry)
        #expect(AnswerRule(isDocumented: true).verdict(on: Reply(status: 429, body: []), reading: reading) == .rejected)
    }

    @Test(arguments: [200, 201, 202, 204, 299]) func `every 2xx is judged alike`(status: Int) {
        #expect(Self.verdict([], status: status) == .delivered)
        #expect(Self.verdict(Array("error: x".utf8), status: status) == .unconfirmed("the text says 'error'"))
    }

    // MARK: What is not

    @Test(arguments: [
        ("error: unknown click", "error"), ("Error! No subid", "error"), ("ERROR", "error"), ("Connection failed: Access denied", "failed"),
        ("Click not found", "not found"), ("Postback for subid c-1 with status Lead NOT accepted!", "not accepted"),
        ("No subid found!", "no subid"), ("No visitor with this id found", "no visitor"), ("No lead with subid c-1 found!", "no … found"),
        ("Unknown click", "unknown"), ("unknown clickid c-1", "unknown"), ("Invalid token", "invalid"), ("Access denied", "denied"),
        ("Unauthorized", "unauthorized"), ("Conversion rejected", "rejected"), ("status=failed", "failed"),
        ("status: rejected", "rejected"),
        ("<br />\n<b>Fatal error</b>:  Uncaught PDOException: SQLSTATE[HY000]", "fatal"),
        ("Warning: mysqli_connect(): (HY000/2002)", "warning"),
        ("success=false;", "success false"), ("success: 0", "success 0"), ("ok=0", "ok 0"), ("0", "0"), ("-1", "-1"),
        ("fail", "fail"), ("NOK", "nok"), ("no", "no"), ("404", "404"), ("500", "500"), ("Please log in", "please log"),
        ("Bad Request", "bad request"), ("Could not connect to the database", "could not"), ("Cannot GET /postback", "cannot"),
        ("The offer does not exist", "not exist"), ("Click doesn't exist", "doesn't"), ("No such click", "no such"),
        ("clickid is required", "required"), ("Missing parameter: cid", "missing"), ("Offer expired", "expired"),
        ("Service unavailable", "unavailable"), ("error: no click with this id", "error"), ("errors: 2", "errors"),
        ("Error:\nclick", "error"),
        ("<error>unknown click</error>", "error"), ("error 0 clicks found", "error"), ("1 failed, 0 errors", "failed"),
        ("Payment accepted, but the postback failed", "failed"), ("Ошибка: клик не найден", "Ошибк"), ("错误", "错误"),
        (#"{"error": broken"#, "error"), ("Erro ao salvar", "erro"), ("Operation timed out: timeout", "timeout"),
        ("Clic no encontrado", "no encontrado"), ("Fallo en la conexión a la base de datos", "fallo"), ("Parámetro inválido", "inválid"),
        ("Clique não encontrado", "não encontrad"), ("Échec : clic inconnu", "inconnu"), ("Ungültiger Klick", "Ungültig"),
        ("Nie znaleziono kliknięcia", "Nie znaleziono"), ("Geçersiz istek", "Geçersiz"), ("点击不存在", "不存在"), ("無効なクリック", "無効"),
        ("클릭 오류", "오류"), ("Неверный ключ", "Неверн"), ("Traceback (most recent call last):", "traceback"), ("ignored", "ignored"),
        ("<b>Warning</b>:  mysqli_query() expects parameter 1 to be mysqli, bool given in <b>/x.php</b><br />\nOK", "warning"),
    ])
    func `a text with a word of an error is unconfirmed`(body: String, word: String) {
        #expect(Self.doubt(body) == "the text says '\(word)'")
    }

    @Test(arguments: [
        (#"{"error":"unknown click"}"#, "its member 'error' is not empty"), (#"{"errors":["x"]}"#, "its member 'errors' is not empty"),
        (#"{"error":{"code":7,"message":"x"}}"#, "its member 'error' is not empty"),
        (#"{"error_code":7}"#, "its member 'error_code' is not empty"),
        (#"{"errorMessage":"Bad key"}"#, "its member 'errorMessage' is not empty"), (#"{"error":true}"#, "its member 'error' is not empty"),
        (#"{"success":false}"#, "its member 'success' is false"), (#"{"success":0}"#, "its member 'success' is false"),
        (#"{"success":"false","message":"saved"}"#, "its member 'success' is false"), (#"{"ok":false}"#, "its member 'ok' is false"),
        (#"{"status":"error"}"#, "its member 'status' is 'error'"), (#"{"status":"FAILED"}"#, "its member 'status' is 'FAILED'"),
        (#"{"status":false}"#, "its member 'status' is false"), (#"{"status":404}"#, "its member 'status' is 404"),
        (#"{"code":"500"}"#, "its member 'code' is 500"), (#"{"status":-1}"#, "its member 'status' is -1"),
        (#"{"result":"not_found"}"#, "its member 'result' is 'not_found'"),
        (#"{"data":{"status":"error"}}"#, "its member 'status' is 'error'"), (#"[{"success":false}]"#, "its member 'success' is false"),
        (#"{"response":{"errors":["Offer missing"],"status":-1}}"#, "its member 'errors' is not empty"),
        (#"{"message":"Click not found"}"#, "its member 'message' says 'not found'"), (#""error""#, "the text says 'error'"),
        (#"{"success":tr"#, "its JSON breaks off"), (#"[{"id":7},{"id":"#, "its JSON breaks off"),
        ("null", "the answer is null"), ("false", "the answer is false"),
        (#"{"message":"Unknown click","data":null}"#, "its member 'message' says 'unknown'"),
    ])
    func `JSON that names an error is unconfirmed`(body: String, reason: String) {
        #expect(Self.doubt(body) == reason)
    }

    @Test(arguments: [
        "<!DOCTYPE html><html><head><title>Login</title></head><body><form></form></body></html>", "<html></html>",
        "\u{FEFF}\n <HTML><body>OK</body></HTML>", "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\"><p>hi</p>",
        "<!-- saved --><head><title>Just a moment...</title></head>", "<br />Notice: x<!doctype html><html>",
        "<script>location='/login'</script>",
        "<html>OK? \u{0}\u{7F}", "<form action=/login>", "<meta http-equiv=refresh content='0;url=/login'>",
    ])
    func `a page is unconfirmed`(body: String) {
        #expect(Self.doubt(body) == "this is an HTML page")
    }

    @Test func `an answer that nobody can read is unconfirmed`() {
        let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xF3, 0xF7, 6, 0]
        let reason = "the answer is packed as 'gzip', which cannot be unpacked"
        #expect(Self.verdict(packed, encoding: "gzip") == .unconfirmed(reason))
        #expect(Self.verdict(packed) == .unconfirmed(reason))
        #expect(Self.verdict([0x0B, 2, 0x80, 0x4F, 0x4B, 3], encoding: "br") != .delivered)
        #expect(Self.verdict([0xF3, 0xF7, 0x86, 0xB0], encoding: "deflate") != .delivered)
        #expect(Self.verdict([1, 2, 3, 0, 5]) == .unconfirmed("the answer is neither a text nor an image"))
        // UTF-16.
        #expect(Self.verdict([0xFF, 0xFE, 0x4F, 0, 0x4B, 0]) != .delivered)
    }

    @Test(arguments: [
        (Reply.Damage.cutShort, "the connection ended in the middle of the answer"),
        (.unfinished(within: .seconds(15)), "the answer had not ended within 15s"), (.oversized, "the answer is longer than 64 KiB"),
        (.malformed("invalidChunkSize"), "the answer is damaged: invalidChunkSize"),
    ])
    func `a damaged answer is unconfirmed, whatever came of it`(damage: Reply.Damage, reason: String) {
        for rule in [AnswerRule(), AnswerRule(isDocumented: true)] {
            for reading in [nil, ReplyReading(outcome: .delivered, remoteID: "r-1"), ReplyReading(outcome: .rejected)] {
                let reply = Reply(status: 200, body: Array("OK".utf8), damage: damage)
                #expect(rule.verdict(on: reply, reading: reading) == .unconfirmed(reason))
            }
        }
    }

    /// Whatever a tracker says besides: a word of an error counts anywhere, and harmless words never do.
    @Test(arguments: 1...300) func `one word of an error decides, wherever it stands`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let harmless = [
            "click", "c-1", "saved", "49.90", "EUR", "id", "terror", "offer_7", "при", "errorless", "unfailing", "notfoundland",
        ]
        let errors = ["error", "ERROR!", "Failed", "<b>Exception</b>", "[fatal]", "(invalid)", "Click not found"]
        func words(_ count: Int) -> [String] { (0..<count).map { _ in harmless.randomElement(using: &random) ?? "" } }
        let separator = [" ", "\n", ", ", " | "].randomElement(using: &random) ?? " "
        let before = ["saved"] + words(Int.random(in: 0...30, using: &random)) + ["and"]
        let behind = words(Int.random(in: 0...30, using: &random))
        let plain = (before + behind).joined(separator: separator)
        #expect(Self.doubt(plain) == nil, "\(plain)")
        let error = errors.randomElement(using: &random) ?? ""
        let text = (before + [error] + ["9"] + behind).joined(separator: separator)
        #expect(Self.doubt(text) != nil, "\(text)")
    }

    @Test(arguments: 1...200) func `any bytes get a verdict, and words that a terminal can take`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces: [[UInt8]] = [
            Array("<html".utf8), Array("<title>".utf8), Array("</title".utf8), Array("<script".utf8), Array("<!--".utf8),
            Array("{\"error\":".utf8),
            Array("no ".utf8), Array("error".utf8), Array(":".utf8), Array("=".utf8), [0], [0x1B], [0xFF], Array("\u{202E}".utf8),
            Array("]}".utf8),
        ]
        let body = (0..<Int.random(in: 0...60, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [] }
        for encoding in [nil, "gzip"] {
            let reply = Reply(status: 200, body: body, encoding: encoding)
            _ = AnswerRule().verdict(on: reply, reading: nil)
            let words = AnswerWords.text(of: reply) ?? "x"
            #expect(!words.isEmpty && !words.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
        }
    }

    // MARK: A documented tracker

    @Test func `a 2xx that is none of the documented answers is unconfirmed`() {
        let rule = AnswerRule(isDocumented: true)
        let none = AnswerRule.Verdict.unconfirmed("it is none of the answers that are documented")
        for body in ["", "OK", #"{"success":true}"#] {
            #expect(rule.verdict(on: Reply(status: 200, body: Array(body.utf8)), reading: nil) == none)
        }
        let page = Reply(status: 200, body: Array("<html><title>Login</title></html>".utf8))
        #expect(rule.verdict(on: page, reading: nil) == .unconfirmed("this is an HTML page"))
        // Only the status is documented, so that the page could be anybody's.
        #expect(rule.verdict(on: page, reading: ReplyReading(outcome: .delivered, ground: .status)) == .unconfirmed("this is an HTML page"))
        let plain = Reply(status: 200, body: Array(#"{"id":7}"#.utf8))
        #expect(rule.verdict(on: plain, reading: ReplyReading(outcome: .delivered, ground: .status)) == .delivered)
        #expect(rule.verdict(on: page, reading: ReplyReading(outcome: .delivered)) == .delivered)
    }

    @Test(arguments: [401, 403, 404]) func `a page before the tracker is tried again, and its own answer is not`(status: Int) {
        let page = Reply(status: status, body: Array("<!doctype html><title>Just a moment...</title>".utf8))
        let own = Reply(status: status, body: Array(#"{"error":"invalid key"}"#.utf8))
        for rule in [AnswerRule(), AnswerRule(isDocumented: true)] {
            for reading in [nil, ReplyReading(outcome: .rejected, ground: .status)] {
                #expect(rule.verdict(on: page, reading: reading) == .retry)
                #expect(rule.verdict(on: own, reading: reading) == .rejected)
            }
            #expect(rule.verdict(on: page, reading: ReplyReading(outcome: .rejected)) == .rejected)
        }
        #expect(AnswerRule(isDocumented: true, writesPages: true).verdict(on: page, reading: nil) == .rejected)
    }

    @Test func `a page with another status counts by its status`() {
        let page = Array("<html>".utf8)
        #expect(AnswerRule().verdict(on: Reply(status: 400, body: page), reading: nil) == .rejected)
        #expect(AnswerRule().verdict(on: Reply(status: 410, body: page), reading: nil) == .rejected)
        #expect(AnswerRule().verdict(on: Reply(status: 503, body: page), reading: nil) == .retry)
    }

    @Test func `a 409 is a duplicate unless somebody says otherwise`() {
        let reply = Reply(status: 409, body: [])
        #expect(AnswerRule().verdict(on: reply, reading: nil) == .duplicate)
        #expect(AnswerRule(isDocumented: true).verdict(on: reply, reading: nil) == .duplicate)
        #expect(AnswerRule(isDocumented: true).verdict(on: reply, reading: ReplyReading(outcome: .rejected)) == .rejected)
        let rule = AnswerRule(patterns: [AnswerPattern(.rejected, statuses: [409...409])])
        #expect(rule.verdict(on: reply, reading: rule.reading(of: reply)) == .rejected)
    }
}
