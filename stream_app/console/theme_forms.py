"""The look of what people act with: buttons, fields, the dialog, and the parts of an incident's page."""

RULES = """
h3 { font-size: .95rem; font-weight: 650; margin: 0; line-height: 1.3; letter-spacing: 0; }
.flat-button { min-height: 2.1rem; line-height: 1.3; } .flat-button.main { border-color: var(--ink);
  background: var(--ink); color: var(--bg); }
.flat-button:hover:not(:disabled) { border-color: var(--ink); }
.bar.deeds { margin: .7rem 0 .3rem; } .bar.turning { margin: .6rem 0 0; } .bar.end { justify-content: flex-end;
  margin: .4rem 0 0; }
input.choice { border: 1px solid var(--line); border-radius: 4px; padding: .25rem .4rem; background: var(--bg);
  color: var(--ink); font: inherit; max-width: 100%; }
input:focus-visible, select:focus-visible, textarea:focus-visible, summary:focus-visible {
  outline: 3px solid var(--info); outline-offset: 2px; }
.sheet { background: var(--bg); color: var(--ink); border: 1px solid var(--line); border-radius: 6px;
  padding: 1rem 1.2rem; width: 34rem; max-width: 100%; }
.sheet form { display: flex; flex-direction: column; gap: .7rem; }
.sheet h2 { font-size: 1.15rem; margin: 0; } .sheet p { margin: 0; }
.sheet .q-field__native, .sheet .q-field__label, .sheet .q-field__messages, .q-menu .q-item { color: var(--ink); }
.sheet .q-field__label, .sheet .q-field__messages { color: var(--muted); }
.sheet .q-field--outlined .q-field__control:before { border-color: var(--line); }
.sheet .q-field__native[type=datetime-local] { color-scheme: light; }
body.body--dark .sheet .q-field__native[type=datetime-local] { color-scheme: dark; }
.q-menu { background: var(--panel); color: var(--ink); }
.notice { margin: 0; } .attention { font-weight: 650; }
.versions { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: .8rem;
  margin-top: .8rem; align-items: start; }
.version { border-top: 1px solid var(--line); padding-top: .6rem; } .version .bar { margin-bottom: .2rem; }
.bar .lead { margin: 0 auto 0 0; display: flex; gap: .6rem; align-items: center; flex-wrap: wrap; }
ol.trace { list-style: none; margin: .2rem 0 .8rem; padding: 0; }
ol.trace li { border-left: 3px solid var(--line); padding: .15rem .6rem; margin: .2rem 0; }
.lists { display: grid; gap: 1rem; }
@media (max-width: 640px) {
  .bar-choice, .bar-choice .choice { width: 100%; } .flat-button { min-height: 2.6rem; padding: .3rem .8rem; }
  .top nav { flex-wrap: wrap; } .top nav a { padding: .4rem .55rem; }
  footer { display: none; } .top .flat-button { min-height: 2rem; padding: .15rem .5rem; }
  table.stacked td[data-label]:not([data-label=""])::before { content: attr(data-label) " "; color: var(--muted);
    font-weight: 400; }
  table.stacked td { overflow-wrap: anywhere; white-space: normal; }
}
"""
