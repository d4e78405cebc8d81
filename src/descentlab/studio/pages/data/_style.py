"""Style sheet of the Data page."""

STYLE = """
.data-page { display: grid; gap: 12px; --q-primary: var(--blue); }
.data-page .q-btn.bg-primary { --q-primary: #0877bd; }
.data-page .q-btn:disabled, .data-page .q-btn.disabled { opacity: .5 !important; }
.data-page .panel { min-width: 0; display: flex; flex-direction: column; gap: 10px; align-items: stretch; }
.data-row { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
.data-row .q-field { flex: 1 1 180px; min-width: 0; max-width: 420px; }
.data-two { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 16px; }
.data-scroll { overflow: auto; max-height: 340px; border: 1px solid var(--line); border-radius: 6px; }
.data-table { border-collapse: collapse; width: 100%; font-size: 13px; }
.data-table th, .data-table td { text-align: left; padding: 4px 10px; border-bottom: 1px solid var(--line);
  white-space: nowrap; font-weight: 400; }
.data-table thead th { position: sticky; top: 0; background: var(--panel); font-weight: 600; }
.data-table .number { text-align: right; font-variant-numeric: tabular-nums; }
.data-bars { display: grid; grid-template-columns: minmax(60px, max-content) 1fr max-content; gap: 4px 8px;
  align-items: center; font-size: 13px; margin: 0; padding: 0; max-height: 340px; overflow: auto; }
.data-bars > div { display: contents; }
.data-bars .name { overflow-wrap: anywhere; max-width: 190px; }
.data-bars .track { background: var(--line); border-radius: 3px; height: 12px; }
.data-bars .bar { background: var(--blue); border-radius: 3px; height: 12px; min-width: 1px; }
.data-bars .words { font-variant-numeric: tabular-nums; text-align: right; }
.data-notes { margin: 0; padding-left: 20px; font-size: 14px; list-style: disc; }
.data-notes:empty { display: none; }
.data-notes .warning { font-weight: 600; }
.data-chart { height: 300px; width: 100%; }
.data-verdict { font-size: 15px; margin: 0; }
.data-form { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 4px 16px;
  max-height: 420px; overflow: auto; padding: 2px; }
.data-page a { color: var(--blue); }
.data-page a.q-btn, .data-page .q-btn { text-transform: none; }
.data-prediction { font-size: 18px; font-weight: 600; }
@media (max-width: 760px) { .data-two { grid-template-columns: minmax(0, 1fr); }
  .data-row .q-field { max-width: none; } }
"""
