"""Style sheet of the playground."""

STYLE = """
.playground { display: grid; grid-template-columns: 230px minmax(320px, 1fr) 380px; gap: 12px; margin-top: 8px; }
.panel { min-width: 0; }
.control-bar { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; }
.control-bar .q-field { min-width: 104px; max-width: 150px; }
.control-bar .play .q-btn { min-width: 46px; }
.group { margin: 10px 0 12px; }
.layer-row { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin-bottom: 8px; }
.layer-card { display: flex; align-items: center; gap: 2px; border: 1px solid var(--line); border-radius: 6px;
  padding: 2px 4px; background: var(--ground); }
.layer-card .q-field { min-width: 76px; }
.layer-card .q-field__label { opacity: 0; pointer-events: none; }
.layer-card .q-field--labeled :is(.q-field__native, .q-field__control-container) { padding: 0; }
.control-bar .speed { min-width: 176px; }
.draw { min-width: 84px; }
.more { width: 100%; display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 4px 12px; }
.net-scroll { overflow-x: auto; padding-bottom: 4px; }
.net { position: relative; }
.net svg { position: absolute; inset: 0; }
.net-node { position: absolute; }
.net-node canvas { width: 34px; height: 34px; border: 2px solid var(--ink); border-radius: 5px; display: block;
  background: #e8eaeb; image-rendering: pixelated; }
.net-node.hovered canvas { outline: 3px solid var(--blue); }
.net-bias { position: absolute; left: -7px; bottom: -5px; width: 13px; height: 13px; padding: 0; border-radius: 3px;
  border: 1px solid var(--ink); cursor: pointer; }
.net-input button, .net-name { width: 58px; height: 28px; border: 1px solid var(--ink); border-radius: 5px;
  background: var(--ground); color: var(--ink); font-size: 12px; cursor: pointer; overflow: hidden; padding: 0 2px; }
.net-name { display: inline-block; line-height: 26px; cursor: default; white-space: nowrap; text-overflow: ellipsis; }
.net-input.off button { opacity: .75; border-style: dashed; color: var(--quiet); }
.net-hit { cursor: pointer; pointer-events: stroke; }
.net-number { font-size: 10px; fill: var(--ink); paint-order: stroke; stroke: var(--panel); stroke-width: 3px; }
.net-card { position: absolute; z-index: 5; background: var(--ground); border: 1px solid var(--ink); border-radius: 5px;
  padding: 3px 8px; font-size: 12px; white-space: nowrap; }
.net-card input { width: 90px; margin: 0 4px; color: var(--ink); background: var(--panel);
  border: 1px solid var(--line); }
.net-card button, .plane button, .readout button { background: none; border: 1px solid var(--line); border-radius: 4px;
  color: var(--ink); font: inherit; padding: 1px 8px; cursor: pointer; }
.net-note { position: absolute; }
.plane-grid { display: grid; grid-template-columns: 1fr; gap: 10px; }
.plane-grid:not([data-count="1"]) { grid-template-columns: 1fr 1fr; }
.plane { margin: 0; min-width: 0; }
.plane figcaption { font-size: 12px; margin-bottom: 3px; }
.plane.focus figcaption button { border-color: var(--ink); font-weight: 700; }
.plane-box { position: relative; width: 100%; aspect-ratio: 1; }
.plane-map, .plane-dots { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 4px; }
.plane-dots { cursor: crosshair; touch-action: manipulation; }
.axis { position: absolute; font-size: 10px; color: #1d2733; background: rgba(255,255,255,.6); padding: 0 2px;
  pointer-events: none; }
.axis.top { top: 0; left: 50%; } .axis.bottom { bottom: 0; left: 50%; } .axis.left { left: 0; top: 50%; }
.axis.right { right: 0; top: 50%; }
.plane-names { grid-column: 1 / -1; margin-top: -6px; font-size: 12px; color: var(--quiet); }
.axes { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 12px; margin: 4px 0; }
.axes .q-field__native span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.loss-panel { margin-top: 12px; display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 16px; }
.chart { height: 240px; width: 100%; }
.readout { font-size: 14px; }
.readout-epoch b { font-size: 26px; font-variant-numeric: tabular-nums; }
.readout-table { overflow-x: auto; }
.readout table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.readout th, .readout td { text-align: right; padding: 3px 10px 3px 0; font-weight: 500; white-space: nowrap; }
.readout thead th { color: var(--quiet); font-size: 12px; }
.readout tr.focus td, .readout tr.focus th { font-weight: 700; }
.readout .verdict { min-width: 84px; }
.full { width: 100%; }
.walk-title { font-weight: 700; margin-top: 6px; }
.walk-table th, .walk-table td { text-align: right; padding: 2px 12px 2px 0; font-size: 13px; white-space: nowrap; }
.evidence { margin: 8px 0; }
.readout-time { display: flex; gap: 8px; align-items: center; margin-top: 10px; }
.readout-time input { flex: 1; min-width: 0; accent-color: var(--blue); }
@media (max-width: 1100px) {
  .playground { grid-template-columns: 1fr 1fr; }
  .network-panel { grid-column: 1 / -1; grid-row: 2; }
}
@media (max-width: 700px) {
  .playground, .loss-panel { grid-template-columns: minmax(0, 1fr); }
  .network-panel { grid-row: auto; }
  .output-panel { order: -1; }
  .readout th, .readout td { padding-right: 6px; }
  .readout thead th { white-space: normal; vertical-align: bottom; }
}
"""
