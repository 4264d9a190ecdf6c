"""Plots of hours as SVG, made of whole minutes and without a browser. Each stands alone, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final
from unicodedata import combining, east_asian_width

from funnelkit.log import Log
from funnelkit.render import log_tables
from funnelkit.render.log_tables import MONTHS, Minutes, clean, figure, label, said
from funnelkit.rules.credentials import Progress
from funnelkit.values.checks import checked, instance
from funnelkit.values.worked import Worked
from funnelkit.words import Setting

# fmt: off
PALETTE: Final = {
    #               light      dark
    "ground":      ("#ffffff", "#14181d"),
    "text":        ("#1b1f24", "#e6e9ed"),
    "quiet":       ("#57606a", "#a4adb8"),
    "line":        ("#d5dae0", "#39414b"),
    "track":       ("#e9ecf0", "#262d35"),
    "paid":        ("#1f5fa8", "#6aa9f0"),
    "unpaid":      ("#bf7408", "#f3b754"),
}
"""What the plots and the page are painted with. Text has a contrast of 4.5 to its ground, and a bar one of 3."""
# fmt: on

SVG: Final = "http://www.w3.org/2000/svg"
WIDTH: Final = 760
"""Every plot is so wide, in its own units; it fits itself into what it stands in."""

ABBREVIATED: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING: Final = "No hours count yet."
BARS: Final = 20
"""So many clients get a bar of their own."""
LETTERS: Final = 28
"""So many letters of a name fit beside a bar."""
BY_CLIENT: Final = "Hours by client"

HEIGHT, LEFT, TOP, FLOOR = 260, 44, 34, 214
"""Of the plot of months: its height, where the bars begin, and where they end."""
WIDEST: Final = 40
"""A bar of a month is no wider, however few there are."""
APART: Final = 34
"""Between two labels of months, at least."""
EVERY: Final = (1, 2, 3, 6, MONTHS, *(MONTHS * years for years in (2, 5, 10, 20, 50, 100, 500, 1000)))
"""Every how many months one is labelled."""

LINE: Final = 24
BESIDE: Final = 212
"""Where bars begin that have their name on the left."""
ROOM: Final = WIDTH - BESIDE - 62
"""How long such a bar can be, if its figure is to stand behind it."""
REACHED: Final = WIDTH - BESIDE - 170
"""The same for what is asked for, with both figures behind it."""


def colours(where: str) -> str:
    """Give the palette as CSS variables of what the selector picks; prints are light."""
    light, dark = (";".join(f"--{name}:{both[n]}" for name, both in PALETTE.items()) for n in (0, 1))
    return f"{where}{{{light}}}@media screen and (prefers-color-scheme:dark){{{where}{{{dark}}}}}"


STYLE: Final = (
    f"{colours('svg.hours')}"
    "svg.hours{font:13px system-ui,sans-serif;background:var(--ground)}"
    "svg.hours text{fill:var(--text);unicode-bidi:isolate}"
    "svg.hours .quiet{fill:var(--quiet)}"
    "svg.hours .strong{font-weight:600}"
    "svg.hours .line{stroke:var(--line);stroke-width:1}"
    "svg.hours .track{fill:var(--track)}"
    "svg.hours .paid{fill:var(--paid)}"
    "svg.hours .unpaid{fill:var(--unpaid)}"
)


def months(worked: Worked) -> str:
    """Draw the hours of each month, paid below and pro bono on top; a month without any is a gap."""
    checked(worked=instance(Worked, "a Worked")(worked))
    found = log_tables.by_month(worked)
    title = "Hours per month"
    if not found:
        return _plot("months", title, NOTHING, LINE * 2, [_text(0, LINE, NOTHING)])
    most, with_hours = max(found, key=lambda month: month[1] + month[2]), sum(p + u > 0 for _, p, u in found)
    told = (
        f"{found[0][0]} to {found[-1][0]}: {Minutes(worked.paid)} hours paid and {Minutes(worked.unpaid)} pro bono, "
        f"in {with_hours} of {len(found)} months. The most are {Minutes(most[1] + most[2])} hours in {most[0]}."
    )
    return _plot("months", title, told, HEIGHT, _months(found, most[1] + most[2]))


def _months(found: tuple[tuple[str, int, int], ...], most: int) -> Iterator[str]:
    step = _step(most)
    top = -(-most // step) * step
    scale = (FLOOR - TOP) / top
    for height in range(0, top + 1, step):
        y = FLOOR - height * scale
        yield f'<line class="line" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 8, y + 4, str(height // 60), "quiet", anchor="end")
    yield from _legend(WIDTH - 170)
    yield _text(0, 14, "hours", "quiet")
    slot = (WIDTH - LEFT) / len(found)
    wide = min(WIDEST, slot * 0.76)
    every = next((each for each in EVERY if each * slot >= APART), EVERY[-1])
    for place, (month, paid, unpaid) in enumerate(found):
        middle = LEFT + (place + 0.5) * slot
        if paid + unpaid:
            seen = f"{month}: {Minutes(paid)} paid, {Minutes(unpaid)} pro bono"
            yield f"<g><title>{seen}</title>"
            yield from _stack(middle - wide / 2, wide, paid * scale, unpaid * scale)
            yield "</g>"
        yield from _under(month, place, every, middle)


def _step(most: int) -> int:
    """Give minutes between two lines: whole hours, so that there are no more than five."""
    hours, digits = -(-most // 60), 1
    while True:
        for first in (1, 2, 5):
            if first * digits * 5 >= hours:
                return first * digits * 60
        digits *= 10


def _stack(x: float, wide: float, paid: float, unpaid: float) -> Iterator[str]:
    if paid:
        yield f'<rect class="paid" x="{x:.1f}" y="{FLOOR - paid:.1f}" width="{wide:.2f}" height="{paid:.1f}"/>'
    if unpaid:
        y = FLOOR - paid - unpaid
        yield f'<rect class="unpaid" x="{x:.1f}" y="{y:.1f}" width="{wide:.2f}" height="{unpaid:.1f}"/>'


def _under(month: str, place: int, every: int, middle: float) -> Iterator[str]:
    year, number = int(month[:4]), int(month[5:]) - 1
    if (year * MONTHS + number) % every:
        return
    if every >= MONTHS:
        yield _text(middle, FLOOR + 18, month[:4], "quiet", anchor="middle")
        return
    yield _text(middle, FLOOR + 18, ABBREVIATED[number], "quiet", anchor="middle")
    if number < every or place < every:
        yield _text(middle, FLOOR + 36, month[:4], "quiet", anchor="middle")


def clients(log: Log) -> str:
    """Draw the hours of each client who is listed, and of what letters confirm; the smallest ones in one bar."""
    checked(log=instance(Log, "a Log")(log))
    found: dict[tuple[str, str], tuple[str, int, int]] = {}
    for one in log.entries:
        key, name = (one.id, one.setting.value), _name(one.name, one.setting, one.heads)
        name, paid, unpaid = found.get(key, (name, 0, 0))
        found[key] = name, paid + one.paid, unpaid + one.unpaid
    bars = [*found.values(), *((_beside(c.letter.organisation, " (letter)"), c.paid, c.unpaid) for c in log.confirmed)]
    bars.sort(key=lambda bar: (-bar[1] - bar[2], bar[0]))
    if not bars:
        return _plot("clients", BY_CLIENT, NOTHING, LINE * 2, [_text(0, LINE, NOTHING)])
    told = f"{Minutes(log.paid)} hours paid and {Minutes(log.unpaid)} pro bono, in {len(bars)} bars, the longest first."
    if len(bars) > BARS:
        rest = bars[BARS - 1 :]
        bars[BARS - 1 :] = [(f"{len(rest)} others", sum(bar[1] for bar in rest), sum(bar[2] for bar in rest))]
    return _plot("clients", BY_CLIENT, told, TOP + LINE * len(bars), _clients(bars))


def _clients(bars: list[tuple[str, int, int]]) -> Iterator[str]:
    yield from _legend(BESIDE)
    scale = ROOM / max(1, *(paid + unpaid for _, paid, unpaid in bars))
    for place, (name, paid, unpaid) in enumerate(bars):
        y = TOP + LINE * place
        end = BESIDE + (paid + unpaid) * scale
        yield f"<g><title>{escape(name)}: {Minutes(paid)} paid, {Minutes(unpaid)} pro bono</title>"
        yield _text(BESIDE - 10, y + 13, name, anchor="end")
        for kind, x, minutes in (("paid", float(BESIDE), paid), ("unpaid", BESIDE + paid * scale, unpaid)):
            if minutes:
                yield f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{minutes * scale:.1f}" height="17"/>'
        yield _text(end + 8, y + 13, str(Minutes(paid + unpaid)), "quiet")
        yield "</g>"


def _name(name: str, setting: Setting, heads: int) -> str:
    return _beside(name, "" if setting is Setting.INDIVIDUAL else f" ({setting.value} of {heads})")


def _beside(name: str, further: str) -> str:
    return _cut(name, LETTERS - len(further)) + further


def progress(found: Iterable[Progress]) -> str:
    """Draw how far it is to each credential: a bar for each figure that is asked for, full when it is there.

    Raises Invalid for anything but a list of progress.
    """
    given = log_tables.several(found)
    told = "; ".join(
        f"{clean(str(one.requirements))}: "
        + ", ".join(f"{said(figure(p, p.has))} of {said(figure(p, p.needs))} {label(one, p)}" for p in one.parts)
        for one in given
    )
    lines = sum(len(one.parts) + 1 for one in given)
    return _plot("progress", "Progress", f"{told}.", LINE * lines + 4 * len(given), _progress(given))


def _progress(given: Iterable[Progress]) -> Iterator[str]:
    y = 0
    for one in given:
        yield _text(0, y + 15, _cut(str(one.requirements), LETTERS * 3), "strong")
        y += LINE
        for part in one.parts:
            has, needs = (said(figure(part, value)) for value in (part.has, part.needs))
            wide = REACHED if part.met else REACHED * part.has / part.needs
            yield _text(BESIDE - 10, y + 13, label(one, part), anchor="end")
            yield f'<rect class="track" x="{BESIDE}" y="{y}" width="{REACHED}" height="17"/>'
            yield f'<rect class="paid" x="{BESIDE}" y="{y}" width="{wide:.1f}" height="17"/>'
            yield _text(BESIDE + REACHED + 10, y + 13, f"{has} of {needs}{' ✓' if part.met else ''}", "quiet")
            y += LINE
        y += 4


def _legend(x: int) -> Iterator[str]:
    for kind, name, further in (("paid", "paid", 0), ("unpaid", "pro bono", 70)):
        yield f'<rect class="{kind}" x="{x + further}" y="4" width="12" height="12"/>'
        yield _text(x + further + 18, 14, name, "quiet")


def _plot(key: str, title: str, told: str, height: int, parts: Iterable[str]) -> str:
    """Put a plot together: named and described for who does not see it."""
    return (
        f'<svg xmlns="{SVG}" class="hours" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-told"><title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-told">{escape(told)}</desc><style>{STYLE}</style>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    held = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{named} x="{x:.1f}" y="{y:.1f}"{held}>{escape(text)}</text>'


def _cut(text: str, room: int) -> str:
    """Cut a text where it would be too long, never between a letter and its marks."""
    taken, kept = 0.0, list[str]()
    for sign in clean(text):
        taken += _width(sign)
        if taken > room:
            return "".join(kept).rstrip() + "…"
        kept.append(sign)
    return "".join(kept)


def _width(sign: str) -> float:
    """Guess how wide a sign is, in letters: nobody here knows the font."""
    if combining(sign):
        return 0
    if sign in "MWmw@%" or east_asian_width(sign) in "WF":
        return 2
    return 1.3 if sign.isupper() else 1
