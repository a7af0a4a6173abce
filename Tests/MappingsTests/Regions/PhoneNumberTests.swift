import FuzzProperties
import Testing

@testable import Mappings

struct PhoneNumberTests {
    @Test(arguments: [
        ("+49 30 1234-5678", "DE", "+493012345678"), ("+49 (0)30 / 12345678", "DE", "+493012345678"),
        ("030 12345678", "DE", "+493012345678"),
        ("0049 30 12345678", "DE", "+493012345678"), ("4930 12345678", "DE", "+493012345678"), ("30 12345678", "DE", "+493012345678"),
        ("+49 (0)30 12345678", "US", "+493012345678"), ("0171 1234567", "deu", "+491711234567"),
        ("(650) 555-1212", "US", "+16505551212"), ("1-650-555-1212", "US", "+16505551212"),
        ("16505551212", "United States", "+16505551212"),
        ("011 44 20 7946 0958", "US", "+442079460958"), ("650.555.1212 ext. 99", "US", "+16505551212"),
        ("6505551212x99", "CA", "+16505551212"),
        ("020 7946 0958", "GB", "+442079460958"), ("020 7946 0958", "UK", "+442079460958"), ("447946095800", "GB", "+447946095800"),
        ("01 42 68 53 00", "FR", "+33142685300"), ("33 1 42 68 53 00", "FR", "+33142685300"), ("612 34 56 78", "FR", "+33612345678"),
        // No prefix is dialled: a zero is part of the number.
        ("06 12345678", "IT", "+390612345678"), ("+39 06 12345678", "IT", "+390612345678"), ("333 1234567", "IT", "+393331234567"),
        ("390612345678", "IT", "+390612345678"), ("3931234567", "IT", "+393931234567"),
        ("912 345 678", "ES", "+34912345678"), ("34912345678", "ES", "+34912345678"), ("22 12 34 56", "NO", "+4722123456"),
        ("8 (495) 123-45-67", "RU", "+74951234567"), ("7 495 123 45 67", "RU", "+74951234567"),
        ("810 49 30 12345678", "RU", "+493012345678"),
        ("06 30 123 4567", "HU", "+36301234567"), ("8 029 123 45 67", "BY", "+375291234567"), ("80 29 123 45 67", "BY", "+375291234567"),
        ("090-1234-5678", "JP", "+819012345678"), ("010 1 650 555 1212", "JP", "+16505551212"), ("０９０ー１２３４ー５６７８", "JP", ""),
        ("０９０-１２３４-５６７８", "JP", "+819012345678"), ("11 91234-5678", "BR", "+5511912345678"), ("0412 345 678", "AU", "+61412345678"),
        ("0011 1 650 555 1212", "AU", "+16505551212"), ("98765 43210", "IN", "+919876543210"), ("55 1234 5678", "MX", "+525512345678"),
        // No number, or one that could be two.
        ("12345", "US", ""), ("1-800-FLOWERS", "US", ""), ("none", "US", ""), ("+", "US", ""), ("030 12345678", "XX", ""),
        ("5551212", "US", ""),
        ("+0 650 555 1212", "US", ""), ("49+30 12345678", "DE", ""), ("1234567890123456", "DE", ""), ("650 555 1212", "AQ", ""),
        ("35227123456", "LU", ""), ("376312345", "AD", ""),
    ])
    func `a number has its one international form, or none`(text: String, country: String, number: String) {
        #expect(PhoneNumber.e164(text, country: country) ?? "" == number)
    }

    @Test(arguments: [
        ("+49 30 12345678", "+493012345678"), ("0049 30 12345678", "+493012345678"), ("030 12345678", ""), ("", ""), ("+999 123456", ""),
    ])
    func `without a country only a number with its calling code is known`(text: String, number: String) {
        #expect(PhoneNumber.e164(text, country: nil) ?? "" == number)
    }

    @Test func `in every country a number is the same with its code, with the prefix that is dialled, and in its international form`()
        throws
    {
        var random = SeededGenerator(seed: 11)
        for country in Country.all {
            guard let plan = country.phones else { continue }
            for length in plan.lengths where (7...15).contains(length + plan.callingCode.count) {
                for _ in 0..<20 {
                    let number = "2" + (1..<length).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
                    let whole = "+\(plan.callingCode)\(number)"
                    #expect(PhoneNumber.e164(whole, country: country.alpha2) == whole)
                    #expect(PhoneNumber.e164(whole, country: nil) == whole)
                    guard let prefix = plan.trunkPrefixes.first else { continue }
                    #expect(PhoneNumber.e164("(\(prefix)) \(number)", country: country.alpha3) == whole)
                }
            }
        }
    }

    @Test func `there are all countries of the standard, each by its letters and its name`() {
        #expect(Country.all.count == 250)
        #expect(Set(Country.all.map(\.alpha2)).count == 250 && Set(Country.all.map(\.alpha3)).count == 250)
        for country in Country.all {
            for form in Country.Form.allCases { #expect(Country.named(country.text(form))?.alpha2 == country.alpha2) }
        }
    }
}
