"""Style sheet of the digits page."""

STYLE = """
.digits { display: grid; grid-template-columns: 340px minmax(0, 1fr); gap: 12px; align-items: start; }
.digits > div { display: grid; gap: 12px; min-width: 0; align-content: start; }
.digit-left { align-self: stretch; }
.digit-pad { position: sticky; top: 8px; }
.digits .panel { min-width: 0; }
.digits p { margin: 0 0 8px; font-size: 14px; line-height: 1.45; max-width: 80ch; }
.digits p.quiet { font-size: 13px; }
.digits .q-btn { color: var(--accent); min-height: 36px; padding: 2px 12px; }
.digits .digit-status { margin-top: 8px; }
.digit-tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.digit-run { width: 100%; }
.pad-board { width: 100%; max-width: 340px; aspect-ratio: 1; border-radius: 6px; border: 1px solid var(--line);
  touch-action: none; cursor: crosshair; display: block; background: #000; }
.pad-tools { display: flex; gap: 8px; margin: 8px 0; }
.pad-tools button { border: 1px solid var(--line); border-radius: 6px; background: var(--ground); color: var(--ink);
  font: inherit; font-size: 14px; padding: 7px 18px; cursor: pointer; min-height: 44px; }
.pad-tools button:disabled { color: var(--quiet); cursor: default; border-style: dashed; }
.pixels { image-rendering: pixelated; display: block; background: var(--line); }
.pixels:not([src]), .pixels[src=""] { visibility: hidden; }
.digit-seen { width: 112px; height: 112px; }
.digit-seeing { display: flex; gap: 12px; align-items: flex-start; }
.digit-answer { min-height: 20px; }
.digit-bar { display: grid; grid-template-columns: minmax(24px, max-content) 1fr 58px; gap: 8px; align-items: center;
  font-size: 14px; line-height: 22px; }
.digit-bar-track { background: var(--line); height: 14px; border-radius: 3px; overflow: hidden; }
.digit-bar-fill { background: var(--quiet); height: 100%; width: 0; }
.digit-bar.first .digit-bar-fill { background: var(--blue); }
.digit-bar.first { font-weight: 700; }
.digit-bar-share { text-align: right; font-variant-numeric: tabular-nums; }
.digit-layers { display: grid; gap: 14px; }
.digit-layer, .digit-reason { margin: 0; }
.digit-layer figcaption { font-size: 13px; color: var(--quiet); margin-bottom: 4px; }
.digit-maps { width: 100%; max-width: 640px; }
.digit-choice { min-width: 170px; width: max-content; margin-bottom: 8px; }
.digit-reasons { display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); gap: 8px; max-width: 520px;
  margin-bottom: 12px; }
.digit-reason { padding: 4px; border: 2px solid transparent; border-radius: 6px; }
.digit-reason.chosen { border-color: var(--blue); }
.digit-reason .pixels { width: 100%; }
.digit-reason figcaption { font-size: 13px; text-align: center; font-variant-numeric: tabular-nums; }
.digit-tables { display: flex; flex-wrap: wrap; gap: 12px 28px; }
.digit-tables .wide { flex-basis: 100%; }
.digit-scroll { overflow-x: auto; max-width: 100%; }
.digit-table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
.digit-table caption { text-align: left; font-weight: 600; padding-bottom: 4px; }
.digit-table th, .digit-table td { text-align: right; padding: 2px 8px; border-top: 1px solid var(--line);
  font-weight: 400; white-space: nowrap; line-height: 1.4; }
.digit-table thead th { border-top: none; color: var(--quiet); }
.digit-table th:first-child { text-align: left; padding-left: 0; }
.digit-wish { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; margin-bottom: 12px; }
.digit-wish > div { flex: 1 1 260px; }
.digit-large { width: 140px; height: 140px; }
@media (max-width: 860px) { .digits { grid-template-columns: minmax(0, 1fr); } .pad-board { max-width: none; }
  .digit-pad { position: static; } .digits .q-btn { min-height: 44px; } }
"""
