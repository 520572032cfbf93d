"""What valgrind found, as text: the instructions of a request and the octets of a client, by function."""

import json
import re

CASES = {"seen-before": "A request whose certificate is remembered", "first-sight": "A request whose certificate is new, and its issuer known"}
LINE = re.compile(r"^\s*([\d,]+) \(\s*([\d.]+)%\)\s+(\S.*)$")
HASH = re.compile(r"::h[0-9a-f]{16}\b|\.llvm\.\d+|\s*\[[^\[\]]*/[^\[\]]*\]|'2$")
MOST_LINES = 40


def write(target, directory):
    parts = []
    for case, title in CASES.items():
        path = target / "tmp/measures" / f"{case}.txt"
        if path.exists():
            parts.append(f"{title}\n\n" + "\n".join(functions(path.read_text())))
    if parts:
        about = "Instructions by function (valgrind's callgrind, `cargo bench --bench instructions`): share, name.\n\n"
        (directory / "profile.txt").write_text(about + "\n\n".join(parts) + "\n")
    octets = target / "tmp/measures/octets.dhat"
    if octets.exists():
        (directory / "memory.txt").write_text(octets_of_clients(json.loads(octets.read_text())))


def octets_of_clients(profile):
    """The octets in use at the end, by the innermost function of the crate that asked for them."""
    clients = int(profile["cmd"].split()[-1])
    taken = {}
    for place in profile["pps"]:
        frames = [name_of_frame(profile["ftbl"][frame]) for frame in place["fs"]]
        own = next((name for name in frames if "tower_client_cert::" in name), None)
        if own is not None and place["eb"] > 0:
            octets, blocks = taken.get(own, (0, 0))
            taken[own] = (octets + place["eb"], blocks + place["ebk"])
    each = sorted(((octets / clients, blocks / clients, name) for name, (octets, blocks) in taken.items()), reverse=True)
    lines = [f"{octets:7.0f} octets in {blocks:5.1f} blocks  {name}" for octets, blocks, name in each if octets >= 4]
    about = (f"What a remembered client takes, by the function of the crate that asked for it (valgrind's dhat, {clients} clients, "
             "`cargo bench --bench instructions`). Functions that were inlined count as those that they are in.\n\n")
    return about + "\n".join(lines) + "\n"


def name_of_frame(frame):
    """A frame without its address, file and hash."""
    return HASH.sub("", re.sub(r" \([^()]*\)$", "", frame.split(": ", 1)[-1])).strip()


def functions(text):
    """The functions with most instructions, those of one name added up."""
    shares = {}
    for line in text.splitlines():
        match = LINE.match(line)
        if match is None or "PROGRAM TOTALS" in line:
            continue
        name = HASH.sub("", match[3].split(":", 1)[-1]).strip()
        shares[name] = shares.get(name, 0.0) + float(match[2])
    most = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MOST_LINES]
    return [f"{share:5.1f} %  {name}" for name, share in most]
