"""The table and the lines in which the verdict is printed."""
from labkit import verdict


def table(load: list, timeline: list) -> str:
    """Requests by kind: sent, failed, locked, and the phases in which they failed."""
    by_phase = verdict.failures_by_phase(load, timeline)
    phases = [entry["phase"] for entry in timeline if "phase" in entry]
    phases = list(dict.fromkeys(["before", *phases]))
    phases = [phase for phase in phases if any(key[1] == phase for key in by_phase)]
    widths = [max(len(phase), 4) for phase in phases]
    head = f"{'kind':<12}{'sent':>7}{'failed':>8}{'locked':>8}"
    head += "".join(f"  {phase:>{width}}" for phase, width in zip(phases, widths))
    lines = [head]
    counts = verdict.totals(load)
    for kind in verdict.KINDS:
        cells = [by_phase.get((kind, phase), 0) or "." for phase in phases]
        lines.append(row(kind, counts[kind], cells, widths))
    whole = {what: sum(count[what] for count in counts.values())
             for what in ("sent", "failed", "locked")}
    sums = [sum(count for key, count in by_phase.items() if key[1] == phase) for phase in phases]
    lines.append(row("all", whole, sums, widths))
    floor = ", ".join(f"{bad} of {total}" for bad, total in verdict.FLOOR)
    lines.append(f"by hand, best and worst run: {floor}")
    return "\n".join("  " + line for line in lines)


def row(name: str, count: dict, cells: list, widths: list) -> str:
    text = f"{name:<12}{count['sent']:>7}{count['failed']:>8}{count['locked']:>8}"
    return text + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths))


def lines(checks: list) -> str:
    return "\n".join(f"  {'PASS' if check.ok else 'FAIL'}  {check.name}: {check.detail}"
                     for check in checks)
