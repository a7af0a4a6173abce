#!/usr/bin/env bash
# libxml2 2.9.14 takes the square of the time for an element with many attributes.
#
# To be expected: a document costs what its bytes cost, without its option XML_PARSE_HUGE even more so.
# Seen: four times the attributes take about sixteen times the processor time; 150,000 of them, in 1 MiB, some 20 seconds. Namespaces that are
# declared and not used do the same. Later versions look attributes up by a hash.
. "$(dirname "$0")/support/setup.bash"
version=2.9.14+dfsg-1.3~deb12u6
fetch libxml2 "$version"
fetch libicu72 72.1-3+deb12u1
library=$(find root -name 'libxml2.so.2' | head -1)
export LD_LIBRARY_PATH=$folder/$(dirname "$library")
python3 - "$library" <<'END'
import ctypes, sys, time
xml = ctypes.CDLL(sys.argv[1])
xml.xmlReadMemory.restype = ctypes.c_void_p
xml.xmlReadMemory.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
xml.xmlFreeDoc.argtypes = [ctypes.c_void_p]
def seconds(count):
    text = b"<a" + b"".join(b" a%x=''" % number for number in range(count)) + b"/>"
    start = time.process_time()
    document = xml.xmlReadMemory(text, len(text), None, None, 2048)  # XML_PARSE_NONET
    taken = time.process_time() - start
    assert document, "the document was not read"
    xml.xmlFreeDoc(document)
    return taken
few, many = min(seconds(4000) for _ in range(3)), seconds(16000)
print(f"4000 attributes took {few:.4f} s, and 16000 took {many:.4f} s, {many / few:.0f} times as much")
sys.exit(0 if many > 8 * few else 1)
END
