"""docs/states.md: every state table as a diagram and a table, printed from the tables that make the moves."""

from hub.generated import generated
from hub.record.transitions import TABLES, StateTable


@generated("states.md")
def states_page() -> str:
    """The lives of things."""
    printed = "Printed by `manage.py generate_docs` from the state tables that the operations run on."
    head = ["# States", "", printed, ""]
    parts = [_section(TABLES[name]) for name in sorted(TABLES)]
    return "\n".join(head) + "\n".join(parts)


def _section(table: StateTable) -> str:
    arrows = [(before, after, name) for name, pairs in table.moves.items() for before, after in pairs.items()]
    lines = [f"## {table.name}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {table.begins}"]
    lines += [f"    {before} --> {after}: {name}" for before, after, name in sorted(arrows)]
    lines += ["```", "", "| move | from | to |", "|---|---|---|"]
    lines += [
        f"| {name} | {before} | {after} |"
        for before, after, name in sorted(arrows, key=lambda a: (a[2], a[0]))
    ]
    if table.meaning:
        lines += ["", "| state | meaning |", "|---|---|"]
        lines += [f"| {state} | {table.meaning.get(state, '')} |" for state in table.states]
    return "\n".join([*lines, "", ""])
