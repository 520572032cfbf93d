"""Bars and lines as SVG, and nothing else."""

import math

COLOURS = ("#1b6ca8", "#d1495b", "#3c9d6a", "#8d6cab", "#c98a1b")
GREY, BLACK = "#6b7280", "#1f2937"
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 78, 24, 84, 58


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def text(x, y, content, anchor="middle", size=12, colour=BLACK, weight="normal", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}" '
            f'font-weight="{weight}"{more}>{escaped(content)}</text>')


def line(x1, y1, x2, y2, colour=GREY, width=1.0, dash=""):
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashes}/>'


def short(value):
    """A number at an axis."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


class Linear:
    """A scale from zero."""

    def __init__(self, most):
        step = 10 ** math.floor(math.log10(most))
        step = next(step * part for part in (0.1, 0.2, 0.25, 0.5, 1, 2) if most / (step * part) <= 6)
        self.ticks = [step * count for count in range(math.ceil(most / step) + 1)]
        self.most = self.ticks[-1]

    def share(self, value):
        return value / self.most


class Logarithmic:
    """A scale by powers of ten."""

    def __init__(self, least, most):
        self.low, self.high = math.floor(math.log10(least)), math.ceil(math.log10(most))
        if self.low == self.high:
            self.high += 1
        self.ticks = [10.0 ** power for power in range(self.low, self.high + 1)]

    def share(self, value):
        return (math.log10(value) - self.low) / (self.high - self.low)


class Chart:
    """A title, axes, and what is drawn between them."""

    def __init__(self, title, subtitle, scale, y_label):
        self.scale = scale
        self.parts = [text(LEFT, 24, title, "start", 16, BLACK, "bold"), text(LEFT, 43, subtitle, "start", 12, GREY)]
        for tick in scale.ticks:
            y = self.y(tick)
            self.parts += [line(LEFT, y, WIDTH - RIGHT, y, "#e5e7eb"), text(LEFT - 8, y + 4, short(tick), "end", 11, GREY)]
        middle = (TOP + HEIGHT - BOTTOM) / 2
        self.parts.append(text(20, middle, y_label, "middle", 12, GREY, more=f' transform="rotate(-90 20 {middle:.1f})"'))
        self.legend_x = LEFT

    def y(self, value):
        return HEIGHT - BOTTOM - self.scale.share(value) * (HEIGHT - TOP - BOTTOM)

    def x(self, share):
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def legend(self, name, colour):
        self.parts.append(f'<rect x="{self.legend_x:.1f}" y="54" width="11" height="11" rx="2" fill="{colour}"/>')
        self.parts.append(text(self.legend_x + 16, 64, name, "start", 12))
        self.legend_x += 34 + 6.5 * len(name)

    def goal(self, value, name):
        y = self.y(value)
        self.parts += [line(LEFT, y, WIDTH - RIGHT, y, BLACK, 1.2, "5 4"), text(WIDTH - RIGHT, y - 5, name, "end", 11)]

    def svg(self, x_label):
        base = HEIGHT - BOTTOM
        self.parts += [line(LEFT, base, WIDTH - RIGHT, base, BLACK), text(self.x(0.5), HEIGHT - 14, x_label, size=12, colour=GREY)]
        body = "\n".join(self.parts)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
                f'font-family="system-ui, sans-serif">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n')


def lines(title, subtitle, y_label, x_label, points, series, scale, goal=None, logarithmic_x=True):
    """`series` is names with the medians and quartiles at each of the points."""
    chart = Chart(title, subtitle, scale, y_label)
    across = Logarithmic(points[0], points[-1]) if logarithmic_x else None
    at = [0.03 + 0.94 * (across.share(point) if across else (point - points[0]) / (points[-1] - points[0])) for point in points]
    for point, share in zip(points, at):
        chart.parts.append(text(chart.x(share), HEIGHT - BOTTOM + 18, f"{point:,}", size=11, colour=GREY))
    for (name, values), colour in zip(series, COLOURS):
        chart.legend(name, colour)
        places = [(chart.x(share), value) for share, value in zip(at, values)]
        path = " ".join(f"{x:.1f},{chart.y(value[0]):.1f}" for x, value in places)
        chart.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, (median, low, high) in places:
            chart.parts.append(line(x, chart.y(low), x, chart.y(high), colour, 1.5))
            chart.parts.append(f'<circle cx="{x:.1f}" cy="{chart.y(median):.1f}" r="3.5" fill="{colour}"/>')
    if goal:
        chart.goal(*goal)
    return chart.svg(x_label)


def bars(title, subtitle, y_label, groups, series, scale, label):
    """`series` is names with the medians and quartiles in each of the groups; a value may be missing."""
    chart = Chart(title, subtitle, scale, y_label)
    width = (WIDTH - LEFT - RIGHT) / len(groups)
    bar = width * 0.84 / len(series)
    base = HEIGHT - BOTTOM
    for place, (name, _) in enumerate(series):
        chart.legend(name, COLOURS[place])
    for place, group in enumerate(groups):
        left = LEFT + place * width + width * 0.08
        chart.parts.append(text(left + width * 0.42, base + 18, group, size=12))
        for number, (_, values) in enumerate(series):
            if values[place] is None:
                continue
            median, low, high = values[place]
            x, y = left + number * bar, chart.y(median)
            middle = x + bar / 2
            chart.parts.append(f'<rect x="{x + 1.5:.1f}" y="{y:.1f}" width="{bar - 3:.1f}" height="{base - y:.1f}" fill="{COLOURS[number]}"/>')
            chart.parts.append(line(middle, chart.y(low), middle, chart.y(high), BLACK, 1.2))
            chart.parts.append(text(middle, min(y, chart.y(high)) - 5, label(median), size=10))
    return chart.svg("")
