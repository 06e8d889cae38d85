"""The look of the pages: two palettes as CSS variables, and the rules that use them. High contrast, no decoration.

Charts are drawn as SVG with the same variables, so light and dark need nothing but a class on the page.
"""

from stream_app.console.theme_forms import RULES as FORMS

COOKIE = "console_theme"  # what was chosen: dark or light; without it what the system prefers
LIGHT = {
    "bg": "#ffffff",
    "panel": "#f5f6f8",
    "ink": "#15181c",
    "muted": "#535b65",
    "line": "#cfd4da",
    "critical": "#b00d1f",
    "warning": "#8a4b00",
    "info": "#1c5aa3",
    "calm": "#146c3a",
    "blind": "#b00d1f",
    "expected": "#1c5aa3",
    "band": "#bcd3ef",
}
DARK = {
    "bg": "#0e1114",
    "panel": "#171b20",
    "ink": "#eceff3",
    "muted": "#a3adb8",
    "line": "#323942",
    "critical": "#ff7b7b",
    "warning": "#f5b642",
    "info": "#79b8ff",
    "calm": "#5fd08f",
    "blind": "#ff7b7b",
    "expected": "#79b8ff",
    "band": "#24405f",
}


def variables(palette: dict[str, str]) -> str:
    """A palette as CSS."""
    return "".join(f"--{name}:{value};" for name, value in palette.items())


RULES = """
body, .q-page-container, .nicegui-content { background: var(--bg); color: var(--ink); }
body { font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; }
.nicegui-content { padding: 0 1rem 3rem; gap: 1rem; width: 100%; max-width: 1500px; margin: 0 auto;
  align-items: stretch; }
a { color: inherit; }
a:focus-visible, button:focus-visible, .q-btn:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid var(--info); outline-offset: 2px; }
h1, h2 { font-weight: 650; margin: 0; line-height: 1.25; }
h1 { font-size: 1.35rem; letter-spacing: 0; } h2 { font-size: 1.02rem; margin: 0 0 .35rem; letter-spacing: 0; }
.muted { color: var(--muted); }
.mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .86rem;
  overflow-wrap: anywhere; }
.top { display: flex; align-items: center; gap: 1.1rem; padding: .5rem 0 0; }
.top nav { display: flex; gap: .2rem; } .top nav a { padding: .3rem .6rem; text-decoration: none;
  border-radius: 4px; }
.top nav a[aria-current=page] { background: var(--panel); font-weight: 650; }
.top .end { margin-left: auto; display: flex; flex-wrap: wrap; align-items: center; gap: .3rem .6rem; }
.who { display: flex; align-items: center; gap: .5rem; margin: 0; }
.stack, main { display: flex; flex-direction: column; gap: 1rem; } main:focus { outline: none; }
.sentence { font-size: 1.12rem; margin: .2rem 0; } .links { display: flex; gap: 1rem; margin: .7rem 0 0; }
p { margin: .35rem 0; } summary { cursor: pointer; font-weight: 650; display: list-item; }
.flat-button { border: 1px solid var(--line); border-radius: 4px; padding: .25rem .6rem; background: var(--bg);
  color: var(--ink); font: inherit; cursor: pointer; }
.flat-button:disabled { color: var(--muted); opacity: .55; cursor: default; }
.status { border: 1px solid var(--line); border-left: .5rem solid var(--tone); background: var(--panel);
  border-radius: 4px;
  padding: .7rem 1rem; position: sticky; top: 0; z-index: 5; }
.status .headline { font-size: 1.45rem; font-weight: 700; color: var(--tone); line-height: 1.2; }
.facts { display: flex; flex-wrap: wrap; gap: .15rem 1.4rem; margin-top: .35rem; font-size: .9rem; }
.facts b { font-weight: 600; } .facts span { color: var(--muted); }
.tone-critical { --tone: var(--critical); } .tone-warning { --tone: var(--warning);
  } .tone-info { --tone: var(--info); }
.tone-calm { --tone: var(--calm); } .tone-blind { --tone: var(--blind); } .tone-none { --tone: var(--muted); }
.toned { color: var(--tone); font-weight: 650; }
.panel { border: 1px solid var(--line); border-radius: 4px; padding: .8rem 1rem; min-width: 0; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .6rem; margin-bottom: .5rem; }
.bar h2 { margin: 0 auto 0 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: .7rem; }
.card { display: block; border: 1px solid var(--line); border-left: .4rem solid var(--tone); border-radius: 4px;
  padding: .6rem .8rem; text-decoration: none; background: var(--panel); }
.card:hover { border-color: var(--tone); }
.card .head { display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: baseline; }
.card .who { font-weight: 650; }   .card .since { width: 100%; color: var(--muted); font-size: .88rem; }
.card p { margin: .25rem 0; } .card .figures { font-size: .9rem; color: var(--muted); display: flex;
  flex-wrap: wrap; gap: 0 1rem; }
.card .figures b { color: var(--ink); font-weight: 650; }
.tag { display: inline-block; border: 1px solid var(--tone); color: var(--tone); border-radius: 3px; padding: 0 .4rem;
  font-size: .78rem; font-weight: 700; letter-spacing: .03em; text-transform: uppercase; }
.card .figures span { white-space: nowrap; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .5rem;
  margin-bottom: .6rem; }
.tile { display: grid; grid-template-columns: 1fr auto; align-content: start; gap: 0 .5rem;
  text-align: left; font: inherit; cursor: pointer;
  color: var(--ink); background: var(--bg); border: 1px solid var(--line); border-radius: 4px; padding: .35rem .6rem; }
.tile[aria-pressed=true] { background: var(--panel); border-color: var(--ink);
  box-shadow: inset 0 0 0 1px var(--ink); }
.tile .name { grid-column: 1 / -1; font-size: .86rem; } .tile .actual { font-weight: 700; color: var(--tone); }
.tile .state { grid-column: 1 / -1; font-size: .86rem; color: var(--tone); } .tile .state:empty { display: none; }
.facts .bad { color: var(--critical); }
.tile .band { color: var(--muted); font-size: .86rem; }
.scroll { overflow-x: auto; }
table.plain { border-collapse: collapse; width: 100%; font-size: .92rem; }
table.plain th { text-align: left; color: var(--muted); font-weight: 600; padding: .25rem .7rem .25rem 0;
  white-space: nowrap; }
table.plain td { padding: .3rem .7rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }
table.plain td.figure, table.plain th.figure { text-align: right; white-space: nowrap; }
table.plain tr:hover td { background: var(--panel); }
.nowrap { white-space: nowrap; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem;
  align-items: start; }
dl.list { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dl.list dt { color: var(--muted); } dl.list dd { margin: 0; overflow-wrap: anywhere; }
.figures-row { display: flex; flex-wrap: wrap; gap: .4rem 2rem; }
.figure-block .label { color: var(--muted); font-size: .85rem; } .figure-block .value { font-size: 1.3rem;
  font-weight: 650; }
.runbook { max-width: 56rem; } .runbook h1 { font-size: 1.4rem; }
.runbook h2 { font-size: 1.1rem; margin: 1rem 0 .3rem; }
.runbook pre, .runbook code, .runbook pre span { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--ink);
  background: none; }
.runbook pre { border-left: 3px solid var(--line); padding: .3rem .8rem; margin: .4rem 0; }
pre.raw { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 0; }
select.choice { border: 1px solid var(--line); border-radius: 4px; padding: .25rem .4rem; background: var(--bg);
  color: var(--ink); font: inherit; max-width: 100%; }
@media (max-width: 640px) {
  .nicegui-content { padding: 0 .6rem 2rem; }
  .status { position: static; }
  .top { gap: .4rem .6rem; flex-wrap: wrap; } .top h1 { font-size: 1.1rem; }
  .top .end { order: 1; } .top nav { order: 2; width: 100%; }
  .status .headline { font-size: 1.25rem; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .tile { grid-template-columns: 1fr; }
  table.stacked thead { display: none; }
  table.stacked tr { display: block; border-top: 1px solid var(--line); padding: .4rem 0; }
  table.stacked td { display: inline-block; border: 0; padding: 0 .8rem 0 0; text-align: left !important; }
  table.stacked td:last-child { display: block; }
  dl.list { grid-template-columns: 1fr; } dl.list dd { margin-bottom: .3rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
"""

CSS = f":root{{{variables(LIGHT)}}}body.body--dark{{{variables(DARK)}}}{RULES}{FORMS}"
