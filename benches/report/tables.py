"""The tables of docs/performance.md."""

from found import (ATTACKS, BOUNDS, BY_ZIPF, CLIENTS, ENTRIES, IN_TURN, PKIS, Found, beyond_header, not_signature, number, over_bare, percent, rows,
                   times, usual_share)
from goals import goals


def machine(content):
    about = content["machine"]
    openssl = f", OpenSSL {about['openssl']}" if about["openssl"] else ""
    return (f"{about['cores']} cores of an {about['processor'].removesuffix(' Processor')}, {about['system']}, Rust {about['rust']}{openssl}, "
            f"load average {about['load']:.0f} over the last 15 minutes of measuring. Numbers are medians, with the quartiles of the rounds in brackets.")


def first_sight(content):
    found = Found(content)
    what = ("one signature, nothing else", "one signature"), ("two signatures, nothing else", "two signatures"), \
        ("webpki and x509-cert", "webpki and x509-cert"), ("the layer, nothing remembered", "layer, nothing remembered"), \
        ("**the layer, issuer seen before** (the usual first sight)", "layer, issuer seen before")
    lines = [[text, *(found.spread(f"first_sight/{pki}/{name}", 1e3) for pki, _ in PKIS)] for text, name in what]
    of = lambda pki, name: found.median(f"first_sight/{pki}/{name}")
    lines.append(["issuer seen before, in signatures", *(times(usual_share(found, pki)) for pki, _ in PKIS)])
    lines.append(["nothing remembered, against two signatures",
                  *(times(of(pki, "layer, nothing remembered") / of(pki, "two signatures")) for pki, _ in PKIS)])
    lines.append(["nothing remembered, against webpki and x509-cert",
                  *(times(of(pki, "layer, nothing remembered") / of(pki, "webpki and x509-cert")) for pki, _ in PKIS)])
    lines.append(["what is not signature, microseconds", *(number(not_signature(found, pki)) for pki, _ in PKIS)])
    return rows(["Microseconds of the processor", *(name for _, name in PKIS)], lines)


def openssl(content):
    found = Found(content)
    if not found.has("first_sight_openssl/p256/OpenSSL"):
        return "Not measured: `cargo bench -p openssl-comparison` did not run."
    of = lambda pki, name: found.median(f"first_sight_openssl/{pki}/{name}")
    lines = [[text, *(found.spread(f"first_sight_openssl/{pki}/{name}", 1e3) for pki, _ in PKIS)] for text, name in (
        ("two signatures by aws-lc-rs, nothing else", "two signatures"), ("OpenSSL", "OpenSSL"),
        ("the layer, nothing remembered", "layer, nothing remembered"),
        ("the layer, issuer seen before", "layer, issuer seen before"))]
    for text, name in (("OpenSSL takes so many times the layer that remembers nothing", "layer, nothing remembered"),
                       ("OpenSSL takes so many times the usual first sight", "layer, issuer seen before")):
        lines.append([text, *(times(of(pki, "OpenSSL") / of(pki, name)) for pki, _ in PKIS)])
    return rows(["Microseconds of the processor", *(name for _, name in PKIS)], lines)


def chain_length(content):
    found = Found(content)
    return rows(["Intermediates", *map(str, range(7))], [
        [text, *(found.spread(f"chain_length/{name}/{count}", 1e3).split(" ")[0] for count in range(7))]
        for text, name in (("nothing remembered", "nothing remembered"), ("issuers seen before", "issuers seen before"))])


def seen_before(content):
    found = Found(content)
    lines = [["the service alone", found.spread("seen_before/bare service"), ""],
             ["a layer that inserts an extension", found.spread("seen_before/layer that inserts an extension"),
              number(found.median("seen_before/layer that inserts an extension") - found.median("seen_before/bare service"))]]
    for clients in CLIENTS:
        for order in ("in turn", "by Zipf's law"):
            if clients == 1 and order != "in turn":
                continue
            name = f"{clients:,} client{'s' if clients > 1 else ''}" + (f", {order}" if clients > 1 else "")
            lines.append([f"this layer, {name}", found.spread(f"seen_before/{order}/{clients}"), number(over_bare(found, clients, order))])
    return rows(["Nanoseconds of the processor", "a request", "over the service alone"], lines)


def work(content):
    found = Found(content)
    lines = []
    for text, counted, allocated in (("seen before", "seen before", "seen before"),
                                     ("first sight, issuer seen before", "first sight", "issuer seen before"),
                                     ("first sight, nothing remembered", None, "nothing remembered")):
        instructions = ""
        if counted and found.has(f"instructions/{counted}"):
            instructions = number(found.median(f"instructions/{counted}") - found.median("instructions/bare service"))
        lines.append([text, instructions, number(found.median(f"counts/allocations/{allocated}/count")).split(".")[0],
                      number(found.median(f"counts/allocations/{allocated}/octets"))])
    return rows(["Over the service alone", "instructions", "allocations", "octets allocated"], lines)


def end_to_end(content):
    found = Found(content)
    lines = []
    for protocol, text in (("axum", "axum"), ("tonic", "tonic, unary")):
        for side, around in (("bare", "the handler alone"), ("extension", "a layer that inserts an extension"), ("layer", "this layer")):
            name = f"end_to_end/{protocol}/{side}"
            shares = ["", "", ""] if side == "bare" else [found.spread(f"{name}/share"), found.spread(f"{name}/share of one core"),
                                                          found.spread(f"{name}/over bare")]
            lines.append([f"{text}: {around}", found.spread(f"{name}/requests"), found.spread(f"{name}/processor time of a request"), *shares])
    return rows(["", "requests a second", "us of the processor a request", "throughput, of the handler's alone",
                 "requests for the same processor time, of the handler's alone", "us over the handler alone"], lines)


def memory(content):
    found = Found(content)
    lines = []
    for clients in (1_000, 20_000):
        name = f"counts/memory/{clients}"
        lines.append([f"{clients:,}", number(found.median(f"{name}/client")), number(found.median(f"{name}/header")),
                      number(beyond_header(found, clients)), number(found.median("counts/memory/reckoned")), number(found.median(f"{name}/allocations")), number(found.median(f"{name}/growth"))])
    return rows(["Clients remembered", "octets for each", "of which the header", "of which the rest", "for each, as the layer reckons", "allocations for each",
                 "octets more after another request of each"], lines)


def found_again(content):
    found = Found(content)
    lines = []
    for order, counts in (("in turn", IN_TURN), ("by Zipf's law", BY_ZIPF)):
        for clients in counts:
            name = f"counts/found/{order}/{clients}"
            share, best = found.median(f"{name}/share"), found.median(f"{name}/best")
            lines.append([f"{clients:,}, {order}", percent(share), percent(best), percent(share / best)])
    return rows(["Clients, with room for 1,000", "found", "the best that is possible", "of the best"], lines)


def lists(content):
    found = Found(content)
    head = ["Entries", *(f"{entries:,}" for entries in ENTRIES)]
    lines = [[text, *(found.spread(f"{prefix}/{entries}/{name}") for entries in ENTRIES)] for text, prefix, name in (
        ("file, MB", "counts/list", "its file"),
        ("load, ms of the processor", "lists", "load"),
        ("memory in force, MB", "counts/list", "in force"),
        ("memory at most while it is loaded, MB", "counts/list", "at most, while it is loaded"),
        ("signatures of a load: the list's, and those of its signer's certificate", "counts/list", "signatures of a load"),
        ("signatures of 1,000 first sights beyond the clients' own", "counts/list", "signatures of first sights beyond the clients'"),
        ("first sight over that without a list, ns", "lists", "first sight over none"),
        ("remembered client, next request after a load, over any other, ns", "lists", "look-up again over seen before"),
        ("remembered client, any other request, ns", "lists", "seen before"))]
    return rows(head, lines)


def reload_under_load(content):
    found = Found(content)
    lines = [[text, *(found.spread(f"lists/reload/{phase}/{name}") for name in ("request", "one in 1,000 longer than", "longest"))]
             for text, phase in (("before", "before"), ("while the list is loaded", "during"), ("first round after", "after"),
                                 ("second round after", "later"))]
    return rows(["", "ns of the processor a request", "one in 1,000 takes longer than, ns", "the longest, us"], lines)


def attack(content):
    found = Found(content)
    lines = []
    for name in ATTACKS:
        for bound in BOUNDS:
            measure = lambda what: f"attack/{name}/{bound}/{what}"
            share = found.median(measure("known clients")) / found.median(measure("known clients alone"))
            lines.append([f"{name}; {bound}", found.spread(measure("known clients alone")), found.spread(measure("known clients")),
                          percent(share), found.spread(measure("attackers")), found.spread(measure("one in 100 alone longer than")),
                          found.spread(measure("one in 100 longer than"))])
    return rows(["Attackers send", "known clients alone, requests a second", "during the attack", "share left",
                 "attackers' requests a second", "slowest known request in 100 alone, ms", "during the attack, ms"], lines)


def responders(content):
    found = Found(content)
    if not found.has("responders/renewals"):
        return "Not measured: `cargo bench --bench responders --features http-client,ocsp` did not run."
    lines = []
    for text, name in (("none", "none"), ("two seconds for each answer; known answers are renewed", "slow"),
                       ("the same, while 20 that were never seen before wait for it", "slow, others wait")):
        of = lambda what: found.spread(f"responders/{name}/{what}")
        hundredth = lambda name: found.median(f"responders/{name}/one in 100 longer than")
        lines.append([text, of("requests"), of("half longer than"), of("one in 100 longer than"), times(hundredth(name) / hundredth("none")), of("longest")])
    table = rows(["Responder", "requests of known clients a second", "half take longer than, ms", "one in 100 takes longer than, ms", "of that without", "the longest, ms"], lines)
    return table + (f"\n\nMeanwhile the responder was asked {found.spread('responders/renewals')} times a second for renewals, "
                    f"and who was never seen before waited {found.spread('responders/wait of others')} seconds.")


def rules(content):
    found = Found(content)
    lines = [[text, found.spread(name)] for text, name in (
        ("a rule of two conditions, alone", "rule of the lab"), ("the handler alone", "request to the handler alone"),
        ("through that rule", "request through the rule of the lab"),
        ("through a table of 1,000 routes with 10 rules each", "request through a table of 1,000 routes with 10 rules each"))]
    return rows(["Nanoseconds, by the clock", "a request"], lines)


def deployment(content):
    found = Found(content)
    hit = over_bare(found, 10_000) / 1e3
    first = {pki: found.median(f"first_sight/{pki}/layer, issuer seen before") / 1e3 for pki, _ in PKIS}
    client = found.median("counts/memory/20000/client")
    share = lambda microseconds, per_second: f"{number(microseconds * per_second / 1e4)} % of a core"
    storm = 10_000 / 50
    lines = [
        ["requests of a replica", "10,000 / 50", f"{storm:,.0f} a second"],
        ["if every client is found", f"{storm:,.0f} x {number(hit)} us", share(hit, storm)],
        ["if none is found, P-256", f"{storm:,.0f} x {number(first['p256'])} us", share(first["p256"], storm)],
        ["if none is found, RSA", f"{storm:,.0f} x {number(first['rsa'])} us", share(first["rsa"], storm)],
        ["if none is found, P-521", f"{storm:,.0f} x {number(first['p521'])} us", share(first["p521"], storm)],
        ["requests of a replica in the 5 minutes of a verdict", f"{storm:,.0f} x 300", f"{storm * 300:,.0f}, of 1,000,000 clients"],
        ["memory for as many", f"60,000 x {number(client)} octets", f"{number(60_000 * client / 2**20)} MiB"],
        ["clients of a replica where each has its own", "1,000,000 / 50", "20,000, each back after 100 seconds"],
        ["memory for them", f"20,000 x {number(client)} octets", f"{number(20_000 * client / 2**20)} MiB"],
        ["after a rollout, one replica for all of them, P-256", f"20,000 x {number(first['p256'])} us", f"{number(20_000 * first['p256'] / 1e6)} s of a core, over 100 seconds"],
        ["a list of a million entries, each hour", f"{number(found.median('lists/1000000/load'))} ms / 3,600 s",
         f"{number(found.median('lists/1000000/load') / 36_000)} % of a core, {number(found.median('counts/list/1000000/in force'))} MB"],
        ["OCSP, answers for a day, each replica for itself", "1,000,000 x 50 / 86,400 s", "579 answers a second"],
        ["OCSP, answers shared in a store", "1,000,000 / 86,400 s", "12 answers a second"],
    ]
    return rows(["What", "arithmetic", "comes to"], lines)


BLOCKS = {
    "attack": attack,
    "chain-length": chain_length,
    "deployment": deployment,
    "end-to-end": end_to_end,
    "first-sight": first_sight,
    "found": found_again,
    "goals": goals,
    "lists": lists,
    "machine": machine,
    "memory": memory,
    "openssl": openssl,
    "reload": reload_under_load,
    "responders": responders,
    "rules": rules,
    "seen-before": seen_before,
    "work": work,
}
