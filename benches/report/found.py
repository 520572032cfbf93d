"""Measures by name, as numbers and as text."""

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


def usual_share(found, pki):
    return found.median(f"first_sight/{pki}/layer, issuer seen before") / found.median(f"first_sight/{pki}/one signature")


def not_signature(found, pki):
    return (found.median(f"first_sight/{pki}/layer, issuer seen before") - found.median(f"first_sight/{pki}/one signature")) / 1e3


def over_bare(found, clients, order="in turn"):
    return found.median(f"seen_before/{order}/{clients}") - found.median(f"seen_before/bare service, in turn/{clients}")


def beyond_header(found, clients=20_000):
    return found.median(f"counts/memory/{clients}/client") - found.median(f"counts/memory/{clients}/header")
