/// ISO 4217: the active codes by the digits of their minor unit, and the withdrawn ones by date.
///
/// A code withdrawn more than once has its last date; a code that is in use again is only among the active ones. The tests
/// compare every row with the published list.
enum CurrencyTable {
    static let withoutDecimals = """
        BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
        """
    static let withTwoDecimals = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP \
        COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR \
        JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN \
        NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL \
        THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
        """
    static let withThreeDecimals = """
        BHD IQD JOD KWD LYD OMR TND
        """
    static let withFourDecimals = """
        CLF UYW
        """
    /// Metals, funds and test codes: in use, but with no minor unit to convert to.
    static let withoutMinorUnit = """
        XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX
        """

    /// What the table says of a code of three letters.
    enum Entry {
        case unknown
        case active(minorUnits: Int?)
    }

    /// One byte for each of the 26³ codes: 0 unknown, 1 active without a minor unit, 2 and up the minor unit plus 2.
    private static let entries: [UInt8] = {
        var entries = [UInt8](repeating: 0, count: 26 * 26 * 26)
        let groups: [(codes: String, entry: UInt8)] = [
            (withoutMinorUnit, 1), (withoutDecimals, 2), (withTwoDecimals, 4), (withThreeDecimals, 5), (withFourDecimals, 6),
        ]
        for (codes, entry) in groups {
            for code in codes.split(separator: " ") {
                guard let index = Currency(code: String(code))?.tableIndex else { continue }
                entries[index] = entry
            }
        }
        return entries
    }()

    static func entry(of currency: Currency) -> Entry {
        guard let index = currency.tableIndex else { return .unknown }
        return switch entries[index] {
        case 0: .unknown
        case 1: .active(minorUnits: nil)
        case let entry: .active(minorUnits: Int(entry) - 2)
        }
    }

    static var activeCodes: [Substring] {
        [withoutDecimals, withTwoDecimals, withThreeDecimals, withFourDecimals, withoutMinorUnit].flatMap { $0.split(separator: " ") }
    }

    /// When a code was withdrawn, as the list words it: `2002-03`, `1989 to 1990`. Searches; meant for errors.
    static func withdrawal(of code: String) -> String? {
        for line in withdrawals.split(separator: "\n") {
            let parts = line.split(separator: ":")
            if parts[1].split(separator: " ").contains(code[...]) { return String(parts[0]) }
        }
        return nil
    }

    private static let withdrawals = """
        1978 to 1981: ESA GWE ILP MZE RHD
        1979-12: LAJ
        1983-06: MTP
        1984-11: MLF
        1985-05: LSM
        1985-07: ARP
        1986-02: GNS PES
        1986-03: BRB
        1986-06: GQE
        1987-02: BOP
        1987-05: UGS
        1989 to 1990: ARY BGJ BGK CSJ ILR ISJ PEH ROK UGW
        1989-02: BRC
        1989-12: ALK GNE MVQ UYN ZWC
        1989-1990: VNC
        1990-01: YUD
        1990-02: BUK
        1990-03: BEC BEL BRN LUC LUL
        1990-07 to 1990-09: DDM
        1990-10: NIC
        1990-12: SUR
        1991-03: AOK
        1991-07: PEI
        1991-09: YDD
        1992-01: ARA
        1993-01: MXP
        1993-03: BRE CSK UYP
        1993-07: LTT
        1994-02: ZRZ
        1994-07: BRR
        1994-12: ESB LVR
        1995-01: HRD
        1995-03: ZAL
        1995-10: GEK
        1995-11: YUN
        1996-09: UAK
        1997-01: PLZ
        1997-05: GWP
        1998-06: SDP
        1998-07: BAD
        1999-01: XEU
        1999-06: ZRN
        1999-11: XRE
        2000-02: AON AOR
        2000-09: ECS ECV
        2001-01: BYB
        2001-04: TJR
        2002-03: ATS BEF DEM ESP FIM FRF GRD IEP ITL LUF NLG PTE
        2002-11: TPE
        2003-01: AFA
        2003-07: ADP YUM
        2003-11: BGL
        2003-12: SRG
        2004-01: RUR
        2004-11: CHC
        2004-12: MGF
        2005-06: ROL
        2005-10: AYM
        2005-12: AZM TRL
        2006-06: MZM
        2006-09: ZWN
        2006-10: CSD XFO
        2007-01: SIT
        2007-06: GHP
        2007-07: SDD
        2008-01: CYP GHC MTL VEB
        2008-08: ZWD
        2009-01: SKK TMM
        2009-06: ZWR
        2011-01: EEK
        2012-12: ZMK
        2013-11: XFU
        2014-01: LVL
        2014-03: USS
        2014-12: LTL
        2017-01: BYR
        2017-12: MRO STD
        2018-08: VEF
        2021-06: CUC
        2023-01: HRK
        2023-12: SLL
        2024-09: ZWL
        2025-03: ANG
        2026-01: BGN
        """
}
