// @ts-check
/** Epoch, losses, accuracies and outcomes of every network, and the moments that can be gone back to. */
import { leave, listen, short } from "descentlab-studio";

export default {
  props: { stream: String, chart: Number, isLog: Boolean, hidesTime: Boolean },
  emits: ["look", "running", "epoch", "focus"],
  template: `
    <div class="readout">
      <div class="readout-epoch" aria-live="off"><span class="quiet">Epoch</span> <b>{{ epoch }}</b><span class="quiet" v-if="step"> + {{ step }} steps</span><span class="quiet readout-compiling" v-if="!isPrepared"> · compiling what trains it ...</span></div>
      <div class="readout-table"><table>
        <thead><tr><th v-if="rows.length > 1">{{ differs }}</th><th v-for="name in columns" :key="name">{{ name }}</th><th>outcome</th></tr></thead>
        <tbody><tr v-for="(row, place) in rows" :key="place" :class="{focus: rows.length > 1 && place === focus}">
          <th v-if="rows.length > 1" scope="row"><button type="button" @click="$emit('focus', place)">{{ row.label }}</button></th>
          <td v-for="name in columns" :key="name" :data-name="name">{{ row.values[name] }}</td>
          <td><button type="button" class="verdict" :data-verdict="row.verdict" @click="open = open === place ? null : place"
            :aria-expanded="open === place" :title="row.evidence">{{ row.verdict }}</button></td>
        </tr></tbody>
      </table></div>
      <p v-if="open !== null && rows[open]" class="evidence" role="status"><b>{{ rows[open].verdict }}</b>: {{ rows[open].evidence }}<template v-if="rows[open].fit !== 'unknown'">. Fit: {{ rows[open].fit }}</template>.</p>
      <label v-if="!hidesTime" class="readout-time"><span class="quiet">Time</span>
        <input type="range" min="0" :max="Math.max(0, moments.length - 1)" :value="shown ?? moments.length - 1" :disabled="moments.length < 2"
          @input="$emit('look', Number($event.target.value))" aria-label="Go back to an earlier epoch" />
        <span class="quiet">{{ shown === null ? "now" : "epoch " + moments[shown] }}</span></label>
    </div>`,
  data() {
    return { epoch: 0, step: 0, isPrepared: true, rows: [], columns: [], differs: "", focus: 0, open: null, moments: [0], shown: null };
  },
  mounted() {
    this.wasRunning = null;
    this.view = (frame) => this.draw(frame);
    this.channel = listen(this.stream, this.view);
  },
  beforeUnmount() {
    leave(this.stream, this.view);
  },
  watch: {
    isLog() { if (this.channel.last) this.drawCurves(this.channel.last); },
  },
  methods: {
    /** @param {import("./stream.js").Frame} frame */
    draw(frame) {
      this.epoch = frame.shown === null ? frame.epoch : frame.moments[frame.shown];
      this.step = frame.shown === null ? frame.step : 0;
      this.isPrepared = frame.prepared;
      this.moments = frame.moments;
      this.shown = frame.shown;
      this.focus = frame.focus;
      this.differs = frame.network.differs.replace("_", " ");
      const wanted = ["train_loss", "test_loss", "validation_loss", "train_accuracy", "test_accuracy", "validation_accuracy"];
      this.columns = wanted.filter((name) => name in frame.readings[0]).map((name) => name.replace("_", " "));
      this.rows = frame.readings.map((values, place) => ({
        label: frame.network.labels[place],
        values: Object.fromEntries(this.columns.map((name) => [name, short(values[name.replace(" ", "_")])])),
        ...(frame.verdicts?.[place] ?? { verdict: "", evidence: "", fit: "unknown" }),
      }));
      if (this.wasRunning !== frame.running) {
        this.wasRunning = frame.running;
        this.$emit("running", frame.running);
      }
      if (frame.curves && frame.curves !== this.lastCurves) {
        this.lastCurves = frame.curves;
        this.drawCurves(frame);
      }
    },
    drawCurves(frame) {
      const chart = /** @type {any} */ (window).getElement?.(this.chart)?.chart;
      if (!chart) return;
      const series = [];
      const colors = frame.curves.length > 1 ? ["#0877bd", "#d9730d", "#3d9140", "#8c5cb4", "#c83c46", "#826446", "#d26eaa", "#6e7882"] : ["#6b7683", "#d9730d"];
      frame.curves.forEach((parts, place) => {
        Object.entries(parts).forEach(([part, rows], row) => {
          const name = frame.curves.length > 1 ? `${frame.network.labels[place]} ${part}` : part;
          const color = frame.curves.length > 1 ? colors[place % colors.length] : colors[part === "train" ? 0 : 1];
          const data = this.isLog ? rows.map(([epoch, loss]) => [epoch, loss !== null && loss > 0 ? loss : null]) : rows;
          series.push({ name, type: "line", data, showSymbol: false, animation: false, color, lineStyle: { width: 2, type: part === "train" ? "solid" : "dashed" } });
        });
      });
      const ink = getComputedStyle(document.body).getPropertyValue("--ink").trim();
      const line = getComputedStyle(document.body).getPropertyValue("--line").trim();
      const axis = { axisLabel: { color: ink, hideOverlap: true }, nameTextStyle: { color: ink }, splitLine: { lineStyle: { color: line } } };
      chart.setOption({
        animation: false,
        legend: { textStyle: { color: ink } },
        xAxis: {
          ...axis, type: "value", name: "epoch", min: 0, max: "dataMax", nameLocation: "middle", nameGap: 24,
          axisPointer: { label: { formatter: ({ value }) => `epoch ${Math.round(value)}` } },
        },
        yAxis: { ...axis, type: this.isLog ? "log" : "value", name: "loss", scale: this.isLog },
        series,
      }, { replaceMerge: ["series"] });
    },
  },
};
