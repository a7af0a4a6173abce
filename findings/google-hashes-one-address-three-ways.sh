#!/usr/bin/env bash
# Three functions of Google's own make three digests of one e-mail address before it is uploaded.
#
# To be expected: one digest for one address. Google's page "Format user data" (Data Manager API) says: lower case; at gmail.com and googlemail.com
# without dots and without "+" and what follows it; at every other domain both stay.
# Seen: google-ads-datamanager-util 0.4.0 does so. The example for enhanced conversions that google-ads 34.0.0 ships removes dots and the sign "+",
# but not what follows it, at every domain: janedoe@example.com is another mailbox than jane.doe@example.com. Its example for Customer Match leaves
# capital letters as they are, though its own comment says "lowercase". A digest of another text matches nobody, and no answer says so.
. "$(dirname "$0")/support/setup.bash"
ads=34.0.0 util=0.4.0
modules "google-ads==$ads" "google-ads-datamanager-util==$util"
cat >hash.py <<'END_OF_PYTHON'
import ast, hashlib, importlib.util, pathlib, sys, types

modules = pathlib.Path("modules")
path = modules / "examples/remarketing"

def function(file, name):
    """The function of an example, without the imports of the example, which need the whole client."""
    space = {"hashlib": hashlib}
    for node in ast.parse((path / file).read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("normalize_and_hash"):
            exec(compile(ast.Module([node], []), file, "exec"), space)
    return space[name]

# Of the other package only the module that formats: it imports the one that encrypts, which is not used here.
sys.modules["google.ads.datamanager_util.encrypt"] = types.SimpleNamespace(Encrypter=object)
specification = importlib.util.spec_from_file_location("format", modules / "google/ads/datamanager_util/format.py")
format = importlib.util.module_from_spec(specification)
specification.loader.exec_module(format)
formatter = format.Formatter()

conversions = function("upload_enhanced_conversions_for_leads.py", "normalize_and_hash_email_address")
audience = function("add_customer_match_user_list.py", "normalize_and_hash")

def texts(address):
    """What each has hashed, found among the spellings of the address."""
    user, domain = address.split("@")
    bare = user.replace(".", "")
    spellings = {f"{a}@{domain}" for a in (user, bare, bare.replace("+", ""), bare.split("+")[0], user.split("+")[0])}
    known = {hashlib.sha256(s.encode()).hexdigest(): s for t in spellings for s in (t, t.lower())}
    digests = conversions(address), audience(address, True), formatter.process_email_address(address, format.Encoding.HEX)
    return [known.get(digest, digest) for digest in digests]

for address in sys.argv[1:]:
    print(address, *texts(address))
END_OF_PYTHON
seen=$(python3 hash.py Jane.Doe@Example.com Jane.Doe+shop@Gmail.com)
echo "google-ads $ads (conversions, Customer Match) and google-ads-datamanager-util $util hash for"
sed "s/^/    /" <<<"$seen"
[[ $seen == "Jane.Doe@Example.com janedoe@example.com Jane.Doe@Example.com jane.doe@example.com
Jane.Doe+shop@Gmail.com janedoeshop@gmail.com Jane.Doe+shop@Gmail.com janedoe@gmail.com" ]]
