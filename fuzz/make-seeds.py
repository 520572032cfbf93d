#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to tests/fixtures/fuzz, from tests/fixtures/wire and two certificates.

Python 3 and its standard library. There is no randomness: a second run gives the same files.
"""

import base64
import hashlib
import json
import pathlib
import re
import shutil

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures"
SEEDS = FIXTURES / "fuzz"


def der_of(name):
    text = (FIXTURES / "odd" / f"{name}.pem").read_text()
    return base64.b64decode(re.search(r"-----BEGIN CERTIFICATE-----([^-]*)-----END", text)[1])


LEAF, ROOT = der_of("good"), der_of("root")
# The smallest sequences that stage 3 takes for certificates: mutations get far with them. The last has a base64 that
# begins like that of a certificate.
SMALL = [bytes.fromhex("3003020101"), bytes.fromhex("30020500"), bytes([0x30, 0x81, 0x80]) + bytes(range(128))]


def b64(der):
    return base64.b64encode(der).decode()


def pem(*chain):
    return "".join(f"-----BEGIN CERTIFICATE-----\n{b64(der)}\n-----END CERTIFICATE-----\n" for der in chain)


def escaped(text):
    return "".join(c if c.isalnum() or c in "-._~" else f"%{ord(c):02X}" for c in text)


def digest(der):
    return hashlib.sha256(der).hexdigest()


def xfcc_text(leaf, *issuers):
    cert, chain = escaped(pem(leaf)), escaped(pem(leaf, *issuers))
    return f'By=spiffe://a.test/b;Hash={digest(leaf)};Cert="{cert}";Chain="{chain}";Subject="CN=x,O=a \\"b\\"";URI=;DNS=a.test'


def xfcc_json(leaf, *issuers):
    chain = [pem(der) for der in (leaf, *issuers)]
    return {"hash": digest(leaf), "cert": pem(leaf), "chain": chain, "subject": "CN=\u00fc \"x\"", "uri": ["a,b;c"], "dns": []}


def forms():
    yield "auto", [f":{b64(SMALL[0])}:", b64(SMALL[2]), escaped(pem(SMALL[0])), "{http.request.tls.client}", b64(LEAF), "x"]
    yield "der_base64", [b64(SMALL[0]), b64(SMALL[2]).replace("+", "%2B").replace("=", "%3D"), b64(LEAF), "MAMCAQF=", "MAMC AQE="]
    yield "der_base64_concatenated", [b64(SMALL[0]), b64(SMALL[0] + SMALL[1] + SMALL[2]), b64(SMALL[0] + b"\0")]
    yield "der_base64_list", [b64(SMALL[0]), ",".join(map(b64, SMALL)), b64(SMALL[0]) + ",", b64(LEAF) + "," + b64(ROOT)]
    yield "der_hex", [SMALL[0].hex(), SMALL[2].hex().upper(), "300", "3g03020101"]
    yield "pem", [
        pem(SMALL[0]).replace("\n", " "), pem(*SMALL), escaped(pem(*SMALL)), pem(SMALL[2]).replace("\n", "\r\n\t"),
        escaped(pem(LEAF)), escaped(escaped(pem(SMALL[0]))), pem(SMALL[0]).replace("CERTIFICATE", "PRIVATE KEY"),
        pem(*[SMALL[0]] * 11),
    ]
    yield "pem_base64", [b64(pem(SMALL[0]).encode()), b64(pem(*SMALL).encode()), b64(b"text")]
    yield "rfc9440", [f":{b64(SMALL[0])}:", f":{b64(LEAF)}:", f":{b64(SMALL[0])}:;a=1", f":{b64(SMALL[0])}:, :{b64(SMALL[1])}:", "::"]
    yield "rfc9440_list", [f":{b64(SMALL[0])}:", ", ".join(f":{b64(der)}:" for der in SMALL), f":{b64(SMALL[0])}:,", f":{b64(LEAF)}:,:{b64(ROOT)}:"]
    yield "xfcc_text", [
        xfcc_text(SMALL[0]), xfcc_text(SMALL[0], *SMALL[1:]), xfcc_text(SMALL[0]) + "," + xfcc_text(SMALL[1]),
        f"Hash={digest(SMALL[1])};Cert=\"{escaped(pem(SMALL[0]))}\"", "By=x;Hash=00,Cert=\"", xfcc_text(LEAF, ROOT),
    ]
    plain = [xfcc_json(SMALL[0]), xfcc_json(SMALL[0], *SMALL[1:]), xfcc_json(SMALL[1])]
    yield "xfcc_json", [json.dumps(plain[:1]), json.dumps(plain[1:2]), json.dumps(plain[::2]), json.dumps([xfcc_json(LEAF, ROOT)], ensure_ascii=False), '[{"cert":["\\ud800']


FORMS = {
    "byte-sequence": lambda der: f":{b64(der)}:",
    "der-base64": b64,
    "der-base64-escaped": lambda der: b64(der).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
    "hash": digest,
    "pem-escaped": lambda der: escaped(pem(der)),
    "pem-escaped-alb": lambda der: escaped(pem(der)).replace("%2B", "+").replace("%2F", "/").replace("%3D", "="),
    "pem-escaped-apache": lambda der: pem(der).replace(" ", "%20").replace("\n", "%0a"),
    "pem-folded": lambda der: pem(der).replace("\n", " "),
}
# In the order of the gateways in src/fuzzing/world.rs.
PRODUCTS = ["nginx", "rfc9440", "envoy", "istio", "traefik", "apache", "haproxy", "ingress-nginx", "aws-alb-passthrough"]


def requests():
    """Each case of the products' fixtures, from the product's own gateway; the first one from elsewhere too."""
    for number, product in enumerate(PRODUCTS):
        text = (FIXTURES / "wire" / f"{product}.txt").read_text()
        lines = "".join(line for line in text.splitlines(True) if not line.startswith("#"))
        for place, case in enumerate(re.split(r"^> .*\n", lines, flags=re.M)[1:]):
            yield f"{product}-{place}", f"10.{number}.0.7\n{filled(case)}"
            if place == 0:
                yield f"{product}-untrusted", f"192.0.2.1\n{filled(case)}"
    for number, value in [(9, b64(LEAF)), (10, LEAF.hex()), (11, b64(pem(LEAF).encode()))]:
        yield f"custom-{number}", f"10.{number}.0.7\nX-Client-Cert: {value}\n"
    value = escaped(pem(LEAF))
    yield "mapped", f"::ffff:10.0.0.7\nX-Client-Cert: {value}\n"
    yield "no-peer", f"\nX-Client-Cert: {value}\n"
    yield "connection", f"10.0.0.7\nConnection: x-client-cert\nX_Client.Cert: a\nX-Client-Cert: {value}\n"


def filled(case):
    ders = {"leaf": LEAF, "intermediate": ROOT, "root": ROOT}
    whole = lambda names: b"".join(ders[name] for name in names.split("+"))
    form = lambda match: FORMS[match[2]](whole(match[1])) if match[2] in FORMS else match[0]
    return re.sub(r"\{([a-z+]+) ([a-z0-9-]+)\}", form, case)


def tlv(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def issuer_hashes(certificate, digest):
    """Name and key of an authority, hashed as a CertID has them."""
    fields = elements(elements(elements(certificate)[0][1])[0][1])
    return digest(fields[5][2]).digest(), digest(elements(fields[6][1])[1][1][1:]).digest()


def elements(encoded):
    """Tag, content and whole of each element."""
    found = []
    while encoded:
        length, start = encoded[1], 2
        if length & 0x80:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(encoded[2:start], "big")
        found.append((encoded[0], encoded[start:start + length], encoded[:start + length]))
        encoded = encoded[start + length:]
    return found


def answers():
    """Answers about certificates of the root, whose signatures are made up."""
    oid = lambda text: tlv(6, bytes.fromhex(text))
    time = lambda text: tlv(0x18, text.encode())
    name, key = issuer_hashes(ROOT, hashlib.sha1)
    sha1 = tlv(0x30, oid("2b0e03021a"), b"\x05\x00")
    cert_id = lambda serial: tlv(0x30, sha1, tlv(4, name), tlv(4, key), tlv(2, serial))
    this, following = time("20260228120000Z"), tlv(0xA0, time("20260307120000Z"))
    revoked = tlv(0xA1, time("20260219120000Z"), tlv(0xA0, b"\x0a\x01\x01"))
    single = lambda serial, status, *rest: tlv(0x30, cert_id(serial), status, this, *rest)
    by_key, by_name = tlv(0xA2, tlv(4, key)), tlv(0xA1, elements(elements(elements(ROOT)[0][1])[0][1])[5][2])
    nonce = tlv(0xA1, tlv(0x30, tlv(0x30, oid("2b0601050507300102"), tlv(4, tlv(4, bytes(32))))))
    ecdsa, signature = tlv(0x30, oid("2a8648ce3d040302")), tlv(3, b"\0", tlv(0x30, tlv(2, b"\1"), tlv(2, b"\1")))

    def answer(responder, singles, extensions=b"", certificates=b""):
        data = tlv(0x30, responder, this, tlv(0x30, *singles), extensions)
        basic = tlv(0x30, data, ecdsa, signature, certificates)
        return tlv(0x30, b"\x0a\x01\x00", tlv(0xA0, tlv(0x30, oid("2b0601050507300101"), tlv(4, basic))))

    yield "good", answer(by_key, [single(b"\x11", b"\x80\0", following)])
    yield "revoked", answer(by_name, [single(b"\x11", revoked), single(b"\x12", b"\x80\0", following)])
    yield "unknown", answer(by_key, [single(b"\x11", b"\x82\0")], nonce, tlv(0xA0, tlv(0x30, LEAF)))
    yield "try-later", tlv(0x30, b"\x0a\x01\x03")
    yield "truncated", answer(by_key, [single(b"\x11", b"\x80\0")])[:-9]


def names():
    """Names as DER, and the text of patterns."""
    oid = lambda text: tlv(6, bytes.fromhex(text))
    attribute = lambda kind, tag, value: tlv(0x30, oid(kind), tlv(tag, value))
    country, organization, common = "550406", "55040a", "550403"
    plain = [tlv(0x31, attribute(country, 0x13, b"CH")), tlv(0x31, attribute(organization, 0x0C, b"Big Partner Foo SA"))]
    yield "plain", tlv(0x30, *plain)
    yield "odd", tlv(0x30, tlv(0x31, attribute(common, 0x0C, b' #a,b+c="d";<e>\\ '), attribute(organization, 0x1E, b"\0Z\0\xfc")))
    yield "teletex", tlv(0x30, tlv(0x31, attribute(common, 0x14, b"Z\xfcrich")), tlv(0x31, attribute("2a030405", 0x0C, b"x")))
    yield "no-text", tlv(0x30, tlv(0x31, attribute(common, 0x04, b"\1\2")), tlv(0x31, attribute(common, 0x0C, b"\0")))
    yield "empty", tlv(0x30)
    yield "subject", elements(elements(elements(LEAF)[0][1])[0][1])[5][2]


PATTERNS = [
    "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH", "/C=CH/O=Big Partner Foo SA/CN=data-exchange-svc01",
    "C = CH, O = Big Partner Foo SA, CN = data-exchange-svc01", "CN=a\\,b\\C3\\BC+2.5.4.10=#0c0141", 'O = "a, b", CN = x', "O=", "x",
]
ACCESS = [
    """[[rule]]
path = "/healthz"
public = true
""",
    """[[rule]]
path = "/restricted/**"
methods = ["GET"]
organization = "Big Partner Foo SA"
issued_by = "carc-i101l"

[[test]]
path = "/restricted/sensitive.txt"
subject = "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"
issued_by = "carc-i101l"
expect = "allow"
""",
    """[otherwise]
any_organizational_unit = "A"

[[rule]]
path = "/users/{id}"
mode = "shadow"
dns = "*.example.org"
""",
    "[[rule]]\npaht = 1",
]
CONFIGURATIONS = [
    """[[gateway]]
kind = "nginx"
addresses = ["10.1.0.0/24"]

[[anchors]]
file = "root.pem"
label = "partner"
""",
    """[[gateway]]
kind = "custom"
name = "edge"
addresses = ["10.2.0.7"]
header = "X-Client-Cert"
encoding = "pem"

[[anchors]]
file = "root.pem"

[requests]
required = true

[limits]
max_header_bytes = 4096

[memory]
max_remembered_clients = 10

[[rule]]
path = "orders"
organization = "Foo"
""",
    "[[gateway]]\nkind = \"ngnix\"\n",
]


def lists():
    """Lists of the root, whose signatures are made up."""
    oid = lambda text: tlv(6, bytes.fromhex(text))
    time = lambda text: tlv(0x17, text.encode())
    ecdsa, signature = tlv(0x30, oid("2a8648ce3d040302")), tlv(3, b"\0", tlv(0x30, tlv(2, b"\1"), tlv(2, b"\1")))
    issuer = elements(elements(elements(ROOT)[0][1])[0][1])[5][2]
    this, following = time("260228120000Z"), time("260307120000Z")
    number = tlv(0x30, oid("551d14"), tlv(4, b"\2\1\7"))
    reason = tlv(0x30, tlv(0x30, oid("551d15"), tlv(4, b"\x0a\1\1")))
    entries = tlv(0x30, tlv(0x30, tlv(2, b"\x11\x22\x33"), this, reason), tlv(0x30, tlv(2, b"\1"), this))
    scope = tlv(0x30, oid("551d1c"), b"\1\1\xff", tlv(4, tlv(0x30, b"\x81\1\xff")))

    def one(version, revoked, *extensions):
        extended = tlv(0xA0, tlv(0x30, *extensions)) if extensions else b""
        return tlv(0x30, tlv(0x30, version, ecdsa, issuer, this, following, revoked, extended), ecdsa, signature)

    yield "empty", one(b"\2\1\1", b"", number)
    yield "two", one(b"\2\1\1", entries, number)
    yield "users", one(b"\2\1\1", entries, number, scope)
    yield "version-1", one(b"", tlv(0x30, tlv(0x30, tlv(2, b"\1"), this)))
    yield "truncated", one(b"\2\1\1", entries, number)[:-9]


def sequences():
    """Requests and changes one after the other."""
    good = f"10.0.0.7\nX-Client-Cert: {escaped(pem(LEAF))}\n"
    odd = lambda name: f"10.0.0.7\nX-Client-Cert: {escaped(pem(der_of(name)))}\n"
    joined = lambda *blocks: "\n--\n".join(blocks)
    yield "twice", joined(good, good)
    yield "denied", joined(good, "deny", good, "allow", good)
    yield "time", joined(good, "@-33000000", good, "@0", good, "@133000000", good, "@1", good)
    yield "bad", joined(odd("signed-with-sha1"), odd("signed-with-sha1"), good, odd("version-1"), "@2", odd("version-1"))
    yield "gateways", joined(good, good.replace("10.0.0.7", "10.4.0.7"), good.replace("10.0.0.7", "192.0.2.1"), good)


def write(target, name, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


shutil.rmtree(SEEDS, ignore_errors=True)
for target, values in forms():
    for number, value in enumerate(values):
        write(target, str(number), value)
for name, request in requests():
    write("layer", name, request)
write("certificate", "client", LEAF)
for name, answer in answers():
    write("ocsp_answer", name, answer)
for name, encoded in names():
    write("distinguished_name", name, encoded)
for name, crl in lists():
    write("crl", name, crl)
for name, sequence in sequences():
    write("remembered", name, sequence)
for target, texts in [("access_document", ACCESS), ("configuration", CONFIGURATIONS), ("name_pattern", PATTERNS)]:
    for number, text in enumerate(texts):
        write(target, str(number), text)
