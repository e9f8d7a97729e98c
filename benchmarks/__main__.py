"""`make bench`: measure the hub on its real parts and write docs/benchmarks.md.

    python -m benchmarks [--sizes 1000,20000,200000] [--share 1.0] [--quick]

PostgreSQL durable, two web processes, live, worker and beat, all on this machine with the load generator.
"""

import argparse
import asyncio
import os
import platform
import shutil
from pathlib import Path

import django

from benchmarks.figures import HEADINGS, Figure, row, table
from benchmarks.filling import WAITING, fill
from benchmarks.memory import with_children
from benchmarks.partner import partner
from benchmarks.yardstick import STEPS, multiplications
from hub.demo.stack import ROOT, Stack

STATE = ROOT / ".state" / "bench"
BROWSERS = 8
PASSWORD = "benchmark people only"  # noqa: S105 - of a database that is thrown away


def measure(cases: int, share: float) -> tuple[list[Figure], dict[str, int]]:
    """All figures with so many ended cases in the database, and the memory of each process."""
    shutil.rmtree(STATE, ignore_errors=True)
    with Stack(STATE, durable=True, web_workers=2, given={}) as stack:
        stack.manage("prepare_database")
        stack.manage("seed_demo")
        fill(stack.env["DATABASE_OWNER_URL"], cases)
        stack.start("web", "live", "worker", "courier", "beat")
        os.environ.update(stack.env, HUB_MODE="test")
        with partner() as address:
            return in_process(stack, cases, share, address)


def in_process(
    stack: Stack, cases: int, share: float, partner_url: str
) -> tuple[list[Figure], dict[str, int]]:
    """Runs once a process: Django keeps the addresses it was set up with."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.config.settings")
    django.setup()
    from benchmarks import due_work, engine, live, peak_hour, queries, raw, scenarios
    from benchmarks.patients import stranger_waiting

    for _ in range(WAITING):
        stranger_waiting("C4")
    place = queries.place_of(stack.web_url, cases, BROWSERS, PASSWORD, partner_url)
    scenarios.warm_up(place)
    figures = []
    for scenario, count in scenarios.SCENARIOS:
        made = scenario(place, max(int(count * share), BROWSERS))
        figures.append(queries.with_count(made, place))
        print("  " + " | ".join(row(figures[-1])), flush=True)
    figures.append(engine.one_more_answer(cases))
    figures.append(peak_hour.peak_hour(place, max(peak_hour.MINUTE * share, 20)))
    print("  " + " | ".join(row(figures[-1])), flush=True)
    url = stack.env["DATABASE_URL"]
    figures.append(raw.claims(url, place.people[0], cases, int(200 * share)))
    figures.append(raw.intakes(url, cases, int(200 * share)))
    figures.append(asyncio.run(live.fan_out(stack.live_url, place.browsers[0].cookies, cases)))
    figures.append(due_work.due_at_once(cases))
    memory = {name: with_children(process.pid) for name, process in stack.processes.items() if process.pid}
    if place.wrong:
        raise SystemExit("Some requests went wrong:\n" + "\n".join(place.wrong[:20]))
    return figures, memory


def write(
    figures: list[Figure], memory: dict[int, dict[str, int]], yardstick: list[float], target: Path
) -> None:
    """docs/benchmarks.md, by the command itself."""
    names = sorted({name for entry in memory.values() for name in entry})
    rows = [
        [f"{cases:,}", *(f"{entry.get(name, 0) / 1e6:.0f}" for name in names)]
        for cases, entry in memory.items()
    ]
    text = (
        "# Benchmarks\n\nWritten by `make bench`; do not edit. Limits: docs/architecture.md.\n\n"
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}. PostgreSQL durable "
        f"(fsync on), two web processes, live, worker, courier, beat and the load generator ({BROWSERS} keep-alive "
        "connections) on the same machine. Times are those of one connection alone, rates those of all together. "
        "`cases` are ended cases in the database; 250 and more wait. The speed of the processor, while nothing else "
        f"ran: {STEPS:,} multiplications in Python took {min(yardstick):.0f} to {max(yardstick):.0f} ms.\n\n"
        + table(HEADINGS, [row(entry) for entry in figures])
        + "\n## Memory, MB (proportional set size, children included, after the run)\n\n"
        + table(("cases", *names), rows)
    )
    target.write_text(text, encoding="utf-8")


def main() -> None:
    """One child process a size, because Django is set up once a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,20000,200000")
    parser.add_argument("--share", type=float, default=1.0, help="of the usual number of requests")
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests; docs are not written")
    chosen = parser.parse_args()
    from concurrent.futures import ProcessPoolExecutor

    figures: list[Figure] = []
    memory: dict[int, dict[str, int]] = {}
    yardstick: list[float] = []
    for cases in (int(size) for size in chosen.sizes.split(",")):
        yardstick += [multiplications() for _ in range(5)]
        print(f"{cases:,} cases; {STEPS:,} multiplications in {yardstick[-1]:.0f} ms", flush=True)
        with ProcessPoolExecutor(1) as pool:
            found, used = pool.submit(measure, cases, 0.1 if chosen.quick else chosen.share).result()
        figures += found
        memory[cases] = used
    order = list(dict.fromkeys(entry.what for entry in figures))
    figures.sort(key=lambda entry: order.index(entry.what))
    print(table(HEADINGS, [row(entry) for entry in figures]))
    if not chosen.quick:
        write(figures, memory, yardstick, ROOT / "docs" / "benchmarks.md")


if __name__ == "__main__":
    main()
