"""The tables of docs/performance.md."""

PKIS = (("p256", "P-256"), ("rsa", "RSA"), ("p521", "P-521"))
CLIENTS = (1, 100, 1_000, 10_000, 100_000)
ENTRIES = (1, 1_000, 100_000, 1_000_000)
IN_TURN = (1_001, 1_100, 1_500, 2_000, 5_000)
BY_ZIPF = (2_000, 10_000, 20_000)
BOUNDS = ("one validates", "both may validate")
ATTACKS = ("nothing that is a certificate", "certificates of an unknown issuer", "valid certificates", "the worst chain")


def number(value):
    """Three digits, thousands apart."""
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1000 and value == round(value):
        return f"{value:.0f}"
    if size < 0.1:
        return f"{value:.2g}"
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    if size >= 1000:
        value = float(f"{value:.4g}")
    return f"{value:,.{digits}f}"


def times(value):
    return f"{value:.2f}"


def percent(value):
    return f"{100 * value:.0f} %" if value < 0.9995 else "100 %"


def rows(head, lines):
    cells = lambda line: "|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|"
    return "\n".join([cells(head), "|" + "---|" * len(head), *map(cells, lines)])


class Found:
    """Measures by name, as text and as numbers."""

    def __init__(self, found):
        self.measures = found["measures"]

    def has(self, name):
        return name in self.measures

    def median(self, name):
        return self.measures[name].median

    def spread(self, name, divisor=1.0):
        """The median, and the quartiles around it."""
        measure = self.measures[name]
        text = number(measure.median / divisor)
        if measure.rounds == 1:
            return text
        return f"{text} ({number(measure.low / divisor)} to {number(measure.high / divisor)})"


def machine(content):
    about = content["machine"]
    return (f"{about['cores']} cores of an {about['processor'].removesuffix(' Processor')}, {about['system']}, Rust {about['rust']}, "
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


def usual_share(found, pki):
    return found.median(f"first_sight/{pki}/layer, issuer seen before") / found.median(f"first_sight/{pki}/one signature")


def not_signature(found, pki):
    return (found.median(f"first_sight/{pki}/layer, issuer seen before") - found.median(f"first_sight/{pki}/one signature")) / 1e3


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


def over_bare(found, clients, order="in turn"):
    return found.median(f"seen_before/{order}/{clients}") - found.median(f"seen_before/bare service, in turn/{clients}")


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


def beyond_header(found, clients=20_000):
    return found.median(f"counts/memory/{clients}/client") - found.median(f"counts/memory/{clients}/header")


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


def goals(content):
    found = Found(content)
    look_up = lambda entries: found.median(f"lists/{entries}/look-up again over seen before")
    worst_found = min(found.median(f"counts/found/{order}/{clients}/share") / found.median(f"counts/found/{order}/{clients}/best")
                      for order, counts in (("in turn", IN_TURN), ("by Zipf's law", BY_ZIPF)) for clients in counts)
    at_most, at_least = "at most", "at least"
    wanted = [
        ("first sight, P-256, in signatures", at_most, 1.15, usual_share(found, "p256")),
        ("first sight, RSA, in signatures", at_most, 1.5, usual_share(found, "rsa")),
        ("first sight, P-521, in signatures", at_most, 1.05, usual_share(found, "p521")),
        ("what is not signature in it, us", at_most, 6, not_signature(found, "p256")),
        ("allocations of a first sight", at_most, 25, found.median("counts/allocations/issuer seen before/count")),
        ("seen before, over the service alone, 1 client, ns", at_most, 150, over_bare(found, 1)),
        ("the same, 1,000 clients, ns", at_most, 250, over_bare(found, 1_000)),
        ("the same, 10,000 clients, ns", at_most, 250, over_bare(found, 10_000)),
        ("allocations of a request seen before", at_most, 1, found.median("counts/allocations/seen before/count")),
        ("axum, throughput of the handler's alone", at_least, 0.95, found.median("end_to_end/axum/layer/share")),
        ("axum, us of the processor over the handler alone", at_most, 0.4, found.median("end_to_end/axum/layer/over bare")),
        ("tonic, throughput of the handler's alone", at_least, 0.95, found.median("end_to_end/tonic/layer/share")),
        ("tonic, us of the processor over the handler alone", at_most, 0.4, found.median("end_to_end/tonic/layer/over bare")),
        ("list of a million entries, MB in force", at_most, 24, found.median("counts/list/1000000/in force")),
        ("what a million entries add to a look-up, over one entry, ns", at_most, 300, look_up(1_000_000) - look_up(1)),
        ("its signatures that 1,000 first sights verify again", at_most, 0,
         found.median("counts/list/1000000/signatures of first sights beyond the clients'")),
        ("what it adds to a first sight, ns", at_most, 1_000, found.median("lists/1000000/first sight over none")),
        ("octets of a remembered client beyond its header", at_most, 480, beyond_header(found)),
        ("clients found where there are more than there is room for, of the best", at_least, 0.8, worst_found),
        ("octets more after another request of each remembered client", at_most, 0, found.median("counts/memory/20000/growth")),
    ]
    return rows(["Goal", "", "wanted", "measured", ""], [
        [name, kind, number(goal), number(value), verdict(kind, goal, value)] for name, kind, goal, value in wanted])


def verdict(kind, goal, value):
    if (value <= goal) if kind == "at most" else (value >= goal):
        return "reached"
    if kind == "at most":
        return f"**missed**, {times(value / goal)} times the goal"
    return f"**missed** by {100 * (1 - value / goal):.1f} %"


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
    "seen-before": seen_before,
    "work": work,
}
