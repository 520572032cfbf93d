"""Makes the tables, plots and profile of docs/performance.md from what `cargo bench` measured.

    python3 benches/report           after cargo bench: reads target/, writes docs/performance.md and docs/performance/
    python3 benches/report --check   makes the same from docs/performance/measures.json, and compares
"""

import pathlib
import re
import sys

# Nothing is left in the repository but what was asked for.
sys.dont_write_bytecode = True

import measures
import plots
import profile_text
import tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/performance.md"
DIRECTORY = ROOT / "docs/performance"
MEASURES = DIRECTORY / "measures.json"
BLOCK = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def page(found):
    """The page with every block made anew."""
    def made(match):
        return f"{match[1]}\n{tables.BLOCKS[match[2]](found)}\n\n{match[3]}"

    return BLOCK.sub(made, PAGE.read_text())


def made(found):
    """Every file that follows from the measures, with its content."""
    return {PAGE: page(found)} | {DIRECTORY / f"{name}.svg": plot(found) for name, plot in plots.PLOTS.items()}


def main():
    if sys.argv[1:] == ["--check"]:
        files = made(measures.load(MEASURES))
        differing = [path for path, content in files.items() if not path.exists() or path.read_text() != content]
        for path in differing:
            print(f"{path.relative_to(ROOT)} is not what benches/report makes of {MEASURES.relative_to(ROOT)}")
        return 1 if differing else 0
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target"
    DIRECTORY.mkdir(exist_ok=True)
    known = measures.load(MEASURES) if MEASURES.exists() else {}
    found = measures.gather(target, known)
    measures.save(found, MEASURES)
    # Read again, so that a check sees what was written.
    for path, content in made(measures.load(MEASURES)).items():
        path.write_text(content)
    profile_text.write(target, DIRECTORY)
    return 0


sys.exit(main())
