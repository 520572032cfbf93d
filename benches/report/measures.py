"""What was measured: medians with the quartiles around them, by name."""

import dataclasses
import json
import os
import platform
import shutil
import statistics
import subprocess


@dataclasses.dataclass(frozen=True)
class Measure:
    """`low` and `high` are the quartiles of the rounds."""

    unit: str
    median: float
    low: float
    high: float
    rounds: int


def gather(target, known):
    """Measures of the last runs. Those that are not measured anew stay as they are known."""
    rounds = criterion(target / "criterion") | runners(target / "tmp/measures")
    rounds |= compared(rounds)
    found = {name: measure(unit, values) for name, (unit, values) in rounds.items()}
    return {"machine": machine(), "measures": known.get("measures", {}) | found}


def load(path):
    content = json.loads(path.read_text())
    content["measures"] = {name: Measure(**fields) for name, fields in content["measures"].items()}
    return content


def save(found, path):
    fields = {name: dataclasses.asdict(value) for name, value in sorted(found["measures"].items())}
    path.write_text(json.dumps({"machine": found["machine"], "measures": fields}, indent=1) + "\n")


def measure(unit, values):
    if len(values) < 3:
        low, high = min(values), max(values)
    else:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return Measure(unit, rounded(statistics.median(values)), rounded(low), rounded(high), len(values))


def rounded(value):
    return float(f"{value:.4g}")


def criterion(directory):
    """Nanoseconds of each sample of each of criterion's benches."""
    found = {}
    for sample in sorted(directory.glob("**/new/sample.json")):
        about = json.loads((sample.parent / "benchmark.json").read_text())
        content = json.loads(sample.read_text())
        values = [time / count for time, count in zip(content["times"], content["iters"])]
        name = "/".join(part for part in (about["group_id"], about["function_id"]) if part)
        found[name] = ("ns", values)
    return found


def runners(directory):
    """What the benches wrote that are not criterion's."""
    lines = [line for path in sorted(directory.glob("*.jsonl")) for line in path.read_text().splitlines()]
    found = [json.loads(line) for line in lines]
    return {line["name"]: (line["unit"], line["values"]) for line in found}


def compared(rounds):
    """Ratios and differences of measures that were taken in the same rounds."""
    found = {}

    def compare(name, unit, left, right, of):
        if left in rounds and right in rounds:
            found[name] = (unit, [of(a, b) for a, b in zip(rounds[left][1], rounds[right][1])])

    for protocol in ("axum", "tonic"):
        for side in ("extension", "layer"):
            prefix, time = f"end_to_end/{protocol}", "processor time of a request"
            sides = [f"{prefix}/{side}", f"{prefix}/bare"]
            compare(f"{prefix}/{side}/share", "share", *[f"{of}/requests" for of in sides], lambda a, b: a / b)
            compare(f"{prefix}/{side}/share of one core", "share", *[f"{of}/{time}" for of in sides], lambda a, b: b / a)
            compare(f"{prefix}/{side}/over bare", "us", *[f"{of}/{time}" for of in sides], lambda a, b: a - b)
    for entries in (1, 1_000, 100_000, 1_000_000):
        prefix = f"lists/{entries}"
        compare(f"{prefix}/first sight over none", "ns", f"{prefix}/first sight", f"{prefix}/first sight without a list",
                lambda a, b: a - b)
        compare(f"{prefix}/look-up again over seen before", "ns", f"{prefix}/looked up again", f"{prefix}/seen before",
                lambda a, b: a - b)
    compare("lists/look-up over one entry", "ns", "lists/look-up/1000000", "lists/look-up/1", lambda a, b: a - b)
    return found


def machine():
    """What the times belong to."""
    with open("/proc/cpuinfo", encoding="ascii") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else "unknown"
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    openssl = ""
    if shutil.which("pkg-config"):
        asked = subprocess.run(["pkg-config", "--modversion", "openssl"], capture_output=True, text=True, check=False)
        openssl = asked.stdout.strip()
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return {"processor": processor, "cores": os.cpu_count(), "system": system, "rust": rust, "openssl": openssl, "load": round(os.getloadavg()[2], 1)}
