"""Small charts as SVG made on the server: they print, need no script, and carry their figures as a table for readers."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from mediation_admin.core.admin.formats import safe

WIDTH, ROW, LABEL = 640, 28, 150


def bar_chart(
    bars: Sequence[tuple[str, float, str | None]], *, title: str, unit: str = "", limit: int | None = None
) -> Markup:
    """Horizontal bars, one per (label, value, url): long Chinese names stay readable, each bar opens its rows."""
    shown = list(bars)[:limit] if limit else list(bars)
    top = max((value for _, value, _ in shown), default=0) or 1
    height = ROW * len(shown) + 4
    room = WIDTH - LABEL - 70
    parts = []
    for number, (label, value, url) in enumerate(shown):
        y = number * ROW + 4
        long = room * value / top
        short = label if len(label) <= 11 else label[:10] + "…"
        figure = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
        body = (
            f"<title>{escape(label)}：{figure}{escape(unit)}</title>"
            f'<text x="{LABEL - 8}" y="{y + 14}" class="ch-label" text-anchor="end">{escape(short)}</text>'
            f'<rect x="{LABEL}" y="{y + 2}" width="{max(long, 1):.1f}" height="16" rx="3" class="ch-bar"></rect>'
            f'<text x="{LABEL + long + 8:.1f}" y="{y + 15}" class="ch-value">{figure}{escape(unit)}</text>'
        )
        parts.append(f'<a href="{escape(url)}">{body}</a>' if url else f"<g>{body}</g>")
    # A picture with links in it is a group to those who hear it, or they would not find the links.
    role = "group" if any(url for _, _, url in shown) else "img"
    return safe(
        f'<figure class="chart"><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {height}" '
        f'role="{role}" aria-label="{escape(title)}">{"".join(parts)}</svg></figure>'
    )


def line_chart(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], *, title: str, unit: str = ""
) -> Markup:
    """Lines over equal steps (months). Series differ by dash as well as by colour and are named at their end."""
    width, height, left, bottom, right = WIDTH, 220, 44, 26, 90
    top = max((value for _, values in series for value in values), default=0) or 1
    step = (width - left - right) / max(len(labels) - 1, 1)
    tall = height - bottom - 14

    def place(n: int, value: float) -> str:
        return f"{left + n * step:.1f},{14 + tall * (1 - value / top):.1f}"

    grid = "".join(
        f'<line x1="{left}" x2="{width - right}" y1="{14 + tall * k / 4:.1f}" y2="{14 + tall * k / 4:.1f}" class="ch-grid">'
        f'</line><text x="{left - 8}" y="{18 + tall * k / 4:.1f}" class="ch-axis" text-anchor="end">{top * (4 - k) / 4:,.0f}</text>'
        for k in range(5)
    )
    every = max(1, len(labels) // 8)
    marks = "".join(
        f'<text x="{left + n * step:.1f}" y="{height - 8}" class="ch-axis" text-anchor="middle">{escape(label)}</text>'
        for n, label in enumerate(labels)
        if n % every == 0
    )
    lines = "".join(
        f'<polyline class="ch-line ch-{number % 4}" points="{" ".join(place(n, v) for n, v in enumerate(values))}"></polyline>'
        + (
            f'<text class="ch-name ch-{number % 4}" x="{width - right + 8}" '
            f'y="{18 + tall * (1 - values[-1] / top):.1f}">{escape(name)}</text>'
            if values
            else ""
        )
        for number, (name, values) in enumerate(series)
    )
    return safe(
        f'<figure class="chart"><figcaption>{escape(title)}{"（" + escape(unit) + "）" if unit else ""}</figcaption>'
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{grid}{marks}{lines}</svg></figure>'
    )
