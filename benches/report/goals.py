"""The goals, each with what was measured of it."""

from found import BY_ZIPF, IN_TURN, Found, beyond_header, not_signature, number, over_bare, rows, times, usual_share


def goals(content):
    found = Found(content)
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
        ("what a million entries add to a look-up, over one entry, ns", at_most, 300, found.median("lists/look-up over one entry")),
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
