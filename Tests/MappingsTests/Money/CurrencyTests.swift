import Foundation
import Testing

@testable import Mappings

struct CurrencyTests {
    /// The published list, beside the package: entity, name, code, number, minor unit, withdrawal date.
    static let list = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../shared/data/iso4217.csv").standardizedFileURL

    @Test(.enabled(if: FileManager.default.fileExists(atPath: list.path), "the published list is not beside the package"))
    func `every code agrees with the published list`() throws {
        var minorUnits: [String: Int?] = [:]
        var withdrawals: [String: String] = [:]
        for line in try String(contentsOf: Self.list, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst() {
            let fields = Self.fields(of: line)
            let (code, units, date) = (fields[2], fields[4], fields[5])
            guard !code.isEmpty else { continue }
            if date.isEmpty {
                minorUnits[code] = .some(Int(units))
            } else {
                withdrawals[code] = max(withdrawals[code] ?? "", date)
            }
        }
        #expect(minorUnits.count == 178)
        #expect(withdrawals.count == 137)

        var known = 0
        let letters = (65...90).map { Character(Unicode.Scalar($0)) }
        for first in letters {
            for second in letters {
                for third in letters {
                    let code = String([first, second, third])
                    guard let currency = Currency(code: code) else { continue }
                    let isActive = minorUnits[code] != nil
                    if currency.isISO4217 != isActive || currency.minorUnits != minorUnits[code] ?? nil {
                        Issue.record("\(code) differs from the list")
                    }
                    known += isActive ? 1 : 0
                }
            }
        }
        #expect(known == 178)
        for (code, date) in withdrawals {
            #expect(Currency(code: code)?.withdrawn == (minorUnits[code] == nil ? date : nil), "\(code)")
        }
        for code in minorUnits.keys { #expect(Currency(code: code)?.withdrawn == nil) }
        #expect(Set(CurrencyTable.activeCodes.map(String.init)) == Set(minorUnits.keys))
    }

    private static func fields(of line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }

    @Test(
        arguments: [
            ("EUR", 2), ("usd", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("HUF", 2), ("XAU", nil), ("XTS", nil), ("USDT", nil), ("DEM", nil),
            ("ZZZ", nil), ("A1B", nil), ("A2", nil),
        ] as [(String, Int?)])
    func `a code has the minor unit of the standard`(code: String, minorUnits: Int?) {
        #expect(Currency(code: code)?.minorUnits == minorUnits)
    }

    @Test func `a code is three to five letters or digits with a letter first`() {
        for code in ["EUR", "eur", "USDT", "T1A", "MATIC"] { #expect(Currency(code: code)?.code == code.uppercased()) }
        for code in ["", "EU", "MATICS", "1IN", "E R", "EU-", "€", "ÉUR", "EUR ", "[ab", "a@b"] {
            #expect(Currency(code: code) == nil, "\(code)")
        }
        #expect(Currency(code: "eur") == Currency(code: "EUR"))
        var bytes = Array("c=".utf8)
        Currency(code: "usdt")?.append(to: &bytes)
        #expect(bytes == Array("c=USDT".utf8))
    }

    @Test(arguments: [
        ("usd ", "USD"), ("\tEUR", "EUR"), ("XAU", "XAU"),
        ("", "currency '' is empty; send three letters such as EUR"),
        ("  ", "currency '  ' is empty; send three letters such as EUR"),
        ("EURO", "currency 'EURO' is not an ISO 4217 code; the nearest is EUR"),
        ("ERU", "currency 'ERU' is not an ISO 4217 code; the nearest is EUR"),
        ("UDS", "currency 'UDS' is not an ISO 4217 code; the nearest is USD"),
        ("US", "currency 'US' is not an ISO 4217 code; send three letters such as EUR"),
        ("DEM", "currency 'DEM' was withdrawn in 2002-03; send the code of the currency that replaced it"),
        ("hrk ", "currency 'hrk ' was withdrawn in 2023-01; send the code of the currency that replaced it"),
        ("ZWL", "currency 'ZWL' was withdrawn in 2024-09; send the code of the currency that replaced it"),
        ("ARY", "currency 'ARY' was withdrawn in 1989 to 1990; send the code of the currency that replaced it"),
        ("$", "currency '$' is not an ISO 4217 code; send three letters such as EUR"),
        ("€", "currency '€' is not an ISO 4217 code; send three letters such as EUR"),
        ("BTC", "currency 'BTC' is not an ISO 4217 code; send three letters such as EUR"),
        ("US Dollar", "currency 'US Dollar' is not an ISO 4217 code; send three letters such as EUR"),
    ])
    func `the iso rule takes codes in use and explains the others`(text: String, expected: String) {
        #expect(Self.outcome(text, .iso) == expected)
    }

    @Test(arguments: [
        (" usdt", "USDT"), ("BTC", "BTC"), ("DEM", "DEM"), ("EUR", "EUR"), ("EURO", "EURO"),
        ("", "currency '' is empty; send a code such as EUR or USDT"),
        ("$", "currency '$' is not a currency code; send three to five letters or digits such as EUR or USDT"),
        ("BITCOIN", "currency 'BITCOIN' is not a currency code; send three to five letters or digits such as EUR or USDT"),
    ])
    func `the any rule takes every well-formed code`(text: String, expected: String) {
        #expect(Self.outcome(text, .any) == expected)
    }

    private static func outcome(_ text: String, _ rule: Currency.Rule) -> String {
        do throws(CurrencyError) {
            return try Currency.parse(text, rule: rule).code
        } catch {
            return error.sentence(field: "currency", value: text)
        }
    }

    @Test func `an override takes the place of the standard`() throws {
        let (eur, cve, usdt, jpy) = try (currency("EUR"), currency("CVE"), currency("USDT"), currency("JPY"))
        let exponents = CurrencyExponents(overrides: [cve: 0, usdt: 6, jpy: -1])
        #expect([eur, cve, usdt, jpy].map { exponents.exponent(of: $0) } == [2, 0, 6, nil])
        #expect([eur, cve, usdt, jpy].map { CurrencyExponents.iso.exponent(of: $0) } == [2, 2, nil, 0])
    }
}

func currency(_ code: String) throws -> Currency {
    try #require(Currency(code: code))
}
