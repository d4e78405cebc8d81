"""A declared result as Markdown with LaTeX."""

from collections.abc import Iterable, Sequence

from descentlab.results._columns import Table
from descentlab.results._declaration import Declaration, Part, Section
from descentlab.results._numbers import number
from descentlab.results._part_content import Bars
from descentlab.results._steps_content import Step, Steps


def as_markdown(declaration: Declaration) -> str:
    """Return answer, statements and sections with their formulas and tables; only the page has the figures."""
    said = declaration.said
    sentences = (said.answer.text, *(statement.text for statement in said.statements))
    blocks = [f"# {_plain(declaration.kind)}: {_plain(declaration.title)}", _list(sentences)]
    blocks += [block for section in declaration.sections for block in _section(section)]
    if declaration.notes or declaration.facts:
        facts = (f"{fact.label}: {fact.value}" for fact in declaration.facts)
        blocks += ["## Notes and facts", _list((*declaration.notes, *facts))]
    return "\n\n".join(blocks) + "\n"


def _section(section: Section) -> list[str]:
    parts = [block for part in section.parts for block in _part(part)]
    return [f"## {_plain(section.title)}", *map(_plain, section.sentences), *parts]


def _part(part: Part) -> list[str]:
    match part:
        case Table():
            shown = part.shown()
            kept = [place for place, column in enumerate(shown.columns) if not column.is_hidden]
            rows = [[row[place] for place in kept] for row in shown.words()]
            head = [shown.columns[place].head for place in kept]
            return _table(part.title or part.form.title, head, rows, shown.note or part.form.note)
        case Bars():
            rows = [(*row, number(float(value))) for row, value in zip(part.rows, part.values, strict=True)]
            return _table(part.title, part.head, rows, part.note)
        case Steps():
            return [block for step in part.steps for block in _step(step)]
        case _:
            return []


def _step(step: Step) -> list[str]:
    formulas = [f"$${formula}$$" for formula in (*step.rules, *step.numbers)]
    parts = [block for part in step.parts for block in _part(part)]
    return [f"### {_plain(step.heading)}", *map(_plain, step.sentences), *formulas, *parts]


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], note: str) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    text = "\n".join("| " + " | ".join(map(_plain, cells)) + " |" for cells in lines)
    return [f"**{_plain(title)}**", text, *([_plain(note)] if note else [])]


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(sentence)}" for sentence in sentences)


def _plain(text: str) -> str:
    """Escape characters of Markdown and HTML, for names may come from files of strangers."""
    for sign in "\\`*_{}<>|#$":
        text = text.replace(sign, f"\\{sign}")
    return text
