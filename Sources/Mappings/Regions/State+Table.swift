extension State {
    /// ISO 3166-2 of five countries: the country, the letters, the name, and other names. The United States have those of the armed forces' post
    /// too, as their postal service has them.
    static let table = """
        US AK Alaska
        US AL Alabama
        US AR Arkansas
        US AS American Samoa
        US AZ Arizona
        US CA California
        US CO Colorado
        US CT Connecticut
        US DC District of Columbia; Washington DC
        US DE Delaware
        US FL Florida
        US GA Georgia
        US GU Guam
        US HI Hawaii
        US IA Iowa
        US ID Idaho
        US IL Illinois
        US IN Indiana
        US KS Kansas
        US KY Kentucky
        US LA Louisiana
        US MA Massachusetts
        US MD Maryland
        US ME Maine
        US MI Michigan
        US MN Minnesota
        US MO Missouri
        US MP Northern Mariana Islands
        US MS Mississippi
        US MT Montana
        US NC North Carolina
        US ND North Dakota
        US NE Nebraska
        US NH New Hampshire
        US NJ New Jersey
        US NM New Mexico
        US NV Nevada
        US NY New York
        US OH Ohio
        US OK Oklahoma
        US OR Oregon
        US PA Pennsylvania
        US PR Puerto Rico
        US RI Rhode Island
        US SC South Carolina
        US SD South Dakota
        US TN Tennessee
        US TX Texas
        US UT Utah
        US VA Virginia
        US VI U.S. Virgin Islands; Virgin Islands
        US VT Vermont
        US WA Washington
        US WI Wisconsin
        US WV West Virginia
        US WY Wyoming
        US AA Armed Forces Americas
        US AE Armed Forces Europe
        US AP Armed Forces Pacific
        CA AB Alberta
        CA BC British Columbia
        CA MB Manitoba
        CA NB New Brunswick
        CA NL Newfoundland and Labrador; Newfoundland
        CA NS Nova Scotia
        CA NT Northwest Territories
        CA NU Nunavut
        CA ON Ontario
        CA PE Prince Edward Island
        CA QC Quebec
        CA SK Saskatchewan
        CA YT Yukon; Yukon Territory
        AU ACT Australian Capital Territory
        AU NSW New South Wales
        AU NT Northern Territory
        AU QLD Queensland
        AU SA South Australia
        AU TAS Tasmania
        AU VIC Victoria
        AU WA Western Australia
        BR AC Acre
        BR AL Alagoas
        BR AM Amazonas
        BR AP Amapá
        BR BA Bahia
        BR CE Ceará
        BR DF Distrito Federal; Federal District
        BR ES Espírito Santo
        BR GO Goiás
        BR MA Maranhão
        BR MG Minas Gerais
        BR MS Mato Grosso do Sul
        BR MT Mato Grosso
        BR PA Pará
        BR PB Paraíba
        BR PE Pernambuco
        BR PI Piauí
        BR PR Paraná
        BR RJ Rio de Janeiro
        BR RN Rio Grande do Norte
        BR RO Rondônia
        BR RR Roraima
        BR RS Rio Grande do Sul
        BR SC Santa Catarina
        BR SE Sergipe
        BR SP São Paulo
        BR TO Tocantins
        IN AN Andaman and Nicobar Islands
        IN AP Andhra Pradesh
        IN AR Arunachal Pradesh
        IN AS Assam
        IN BR Bihar
        IN CG Chhattisgarh
        IN CH Chandigarh
        IN DH Dadra and Nagar Haveli and Daman and Diu
        IN DL Delhi; New Delhi
        IN GA Goa
        IN GJ Gujarat
        IN HP Himachal Pradesh
        IN HR Haryana
        IN JH Jharkhand
        IN JK Jammu and Kashmir
        IN KA Karnataka
        IN KL Kerala
        IN LA Ladakh
        IN LD Lakshadweep
        IN MH Maharashtra
        IN ML Meghalaya
        IN MN Manipur
        IN MP Madhya Pradesh
        IN MZ Mizoram
        IN NL Nagaland
        IN OD Odisha; Orissa
        IN PB Punjab
        IN PY Puducherry; Pondicherry
        IN RJ Rajasthan
        IN SK Sikkim
        IN TN Tamil Nadu
        IN TR Tripura
        IN TS Telangana
        IN UK Uttarakhand; Uttaranchal
        IN UP Uttar Pradesh
        IN WB West Bengal
        """

    /// Letters that a state had until the standard changed them.
    static let former = ["IN CT": "CG", "IN OR": "OD", "IN TG": "TS", "IN UT": "UK"]
}
