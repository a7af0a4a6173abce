#!/usr/bin/env bash
# Meta's Business SDK for Python 26.0.3 hashes other texts than Meta's page says, the page's own example among them.
#
# To be expected: what the page "Customer Information Parameters" says, since it adds that with the SDK "the hashing is done automatically". A birth date
# 2/16/1997 is hashed as 19970216 (digest 01acdbf6…); names and cities in lower case "with no punctuation"; of a phone number the symbols are removed.
# Seen: the birth date is hashed as it was given, with hyphens or slashes. An apostrophe stays in names and cities, a hyphen in names. A number with dots,
# as many write it (+1 650.555.1212), raises ValueError. Names without punctuation, cities with blanks and hyphens, and numbers with
# blanks, hyphens and parentheses are hashed as the page says.
. "$(dirname "$0")/support/setup.bash"
version=26.0.3
modules "facebook-business==$version" pycountry==26.2.16 requests==2.34.2 six==1.17.0 curlify==3.0.0 urllib3==2.8.0 idna==3.20 \
    certifi==2026.10.19.post1 charset-normalizer==3.5.3
cat >hash.py <<'END_OF_PYTHON'
import hashlib
from facebook_business.adobjects.serverside.user_data import UserData

def hashed(field, value, *candidates):
    try:
        digest = UserData(**{field: value}).normalize()
    except ValueError as error:
        return "ValueError"
    (digest,) = [d for values in digest.values() for d in values]
    return {hashlib.sha256(c.encode()).hexdigest(): c for c in (value.lower(), *candidates)}.get(digest, digest)

for field, value, page in [
    ("date_of_birth", "2/16/1997", "19970216"),
    ("date_of_birth", "1997-02-16", "19970216"),
    ("last_name", "O'Brien", "obrien"),
    ("last_name", "Smith-Jones", "smithjones"),
    ("city", "L'Aquila", "laquila"),
    ("phone", "+1 650.555.1212", "16505551212"),
    ("first_name", "Valéry", "valéry"),
    ("city", "New York", "newyork"),
    ("phone", "+1 (650) 555-1212", "16505551212"),
]:
    print(f"{field} {value}: page {page}, SDK {hashed(field, value, page)}")
END_OF_PYTHON
seen=$(python3 hash.py)
echo "facebook-business $version"
sed "s/^/    /" <<<"$seen"
[[ $seen == "date_of_birth 2/16/1997: page 19970216, SDK 2/16/1997
date_of_birth 1997-02-16: page 19970216, SDK 1997-02-16
last_name O'Brien: page obrien, SDK o'brien
last_name Smith-Jones: page smithjones, SDK smith-jones
city L'Aquila: page laquila, SDK l'aquila
phone +1 650.555.1212: page 16505551212, SDK ValueError
first_name Valéry: page valéry, SDK valéry
city New York: page newyork, SDK newyork
phone +1 (650) 555-1212: page 16505551212, SDK 16505551212" ]]
