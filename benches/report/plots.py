"""The plots of docs/performance.md."""

from drawing import Linear, Logarithmic, bars, lines
from found import ATTACKS, BOUNDS, CLIENTS, ENTRIES, PKIS, Found, number, times


def values(content, names, divisor=1.0):
    """Median and quartiles of each; nothing for those that were not measured."""
    measures = content["measures"]
    return [tuple(part / divisor for part in (measures[name].median, measures[name].low, measures[name].high)) if name in measures else None
            for name in names]


def first_sight(content):
    found = Found(content)
    one = {(group, pki): found.median(f"{group}/{pki}/one signature") for group in ("first_sight", "first_sight_openssl")
           for pki, _ in PKIS if found.has(f"{group}/{pki}/one signature")}
    series = []
    for text, group, name in (("two signatures alone", "first_sight", "two signatures"), ("OpenSSL", "first_sight_openssl", "OpenSSL"),
                              ("webpki, x509-cert", "first_sight", "webpki and x509-cert"),
                              ("this layer", "first_sight", "layer, nothing remembered"),
                              ("issuer seen before", "first_sight", "layer, issuer seen before")):
        series.append((text, [values(content, [f"{group}/{pki}/{name}"], one.get((group, pki), 1))[0] for pki, _ in PKIS]))
    return bars("A client that was never seen before", "time of the processor, in signatures of the client's issuer", "signatures",
                [name for _, name in PKIS], series, Linear(max(high for _, of in series for *_, high in filter(None, of))), times)


def clients(content):
    found = Found(content)
    order = lambda name, counts: [value for value in values(content, [f"seen_before/{name}/{count}" for count in counts])]
    series = [("this layer, clients in turn", order("in turn", CLIENTS)), ("by Zipf's law", order("by Zipf's law", CLIENTS)),
              ("the service alone", order("bare service, in turn", CLIENTS))]
    most = max(found.measures[f"seen_before/{name}/{count}"].high for name in ("in turn", "by Zipf's law") for count in CLIENTS)
    return lines("A client that was seen before", "nanoseconds of the processor a request, by the number of clients", "ns", "clients",
                 CLIENTS, series, Linear(most))


def chain_length(content):
    counts = range(7)
    series = [(text, values(content, [f"chain_length/{name}/{count}" for count in counts], 1e3)) for text, name in (
        ("nothing remembered", "nothing remembered"), ("issuers seen before", "issuers seen before"))]
    most = max(high for _, of in series for *_, high in of)
    return lines("A first sight, by the length of the path", "microseconds of the processor, P-256 throughout", "us",
                 "intermediates between the anchor and the client", list(counts), series, Linear(most), logarithmic_x=False)


def lists(content):
    series = [(text, values(content, [f"{group}/{entries}/{name}" for entries in ENTRIES], divisor)) for text, group, name, divisor in (
        ("load, ms", "lists", "load", 1), ("memory in force, MB", "counts/list", "in force", 1),
        ("first sight, us", "lists", "first sight", 1e3),
        ("remembered, after a load, us", "lists", "looked up again", 1e3))]
    every = [value for _, of in series for value in of]
    return lines("A revocation list, by its length", "both axes logarithmic", "ms, MB, us", "entries", ENTRIES, series,
                 Logarithmic(min(low for _, low, _ in every), max(high for *_, high in every)))


def attack(content):
    short = ("garbage", "unknown issuer", "valid certificates", "the worst chain")
    one, both = BOUNDS
    series = [(text, values(content, [f"attack/{name}/{bound}/{what}" for name in ATTACKS])) for text, bound, what in (
        ("known clients alone", one, "known clients alone"), ("under attack", one, "known clients"),
        ("under attack, both threads may validate", both, "known clients"))]
    return bars("Known clients under attack", "requests a second of theirs that one core answers, with one of two threads for validation",
                "1/s", short, series, Linear(max(high for _, of in series for *_, high in of)), number)


PLOTS = {"attack": attack, "chain-length": chain_length, "clients": clients, "first-sight": first_sight, "lists": lists}
