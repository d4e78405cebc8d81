// @ts-check
/** The network: a picture a neuron, a line a weight. Hovering enlarges, clicking a line or a bias edits it. */
import { css, leave, listen, mix, paint, shapes, short } from "descentlab-studio";

const NODE = 34;
const GAP = 12;
const HEAD = 64;
const THICKEST = 5;
const MOST_LINES = 1200;
const MOST_DRAWN = 24;

/**
 * A point of the curve from one neuron to another, where a number can stand beside those of other lines.
 * @param {{x: number, y: number}} a @param {{x: number, y: number}} b @param {number} t
 */
function along(a, b, t) {
  const s = 1 - t;
  const middle = (a.x + b.x) / 2;
  return {
    x: s ** 3 * a.x + 3 * s * t * middle + t ** 3 * b.x - 14,
    y: (s ** 3 + 3 * s * s * t) * a.y + (3 * s * t * t + t ** 3) * b.y - 2,
  };
}

export default {
  props: { stream: String, features: Array, chosen: Array, canEdit: Boolean, edges: Object },
  emits: ["feature", "weight"],
  template: `
    <div class="net-scroll" tabindex="0" role="group" aria-label="The network: inputs at the left, output at the right">
      <div class="net" :style="{width: width + 'px', height: height + 'px'}" @pointerleave="unhover">
        <svg :width="width" :height="height" aria-hidden="true">
          <g v-for="line in lines" :key="line.id">
            <path :d="line.d" fill="none" :stroke="line.color" :stroke-width="line.thick" :opacity="line.opacity"></path>
            <path :d="line.d" fill="none" stroke="transparent" stroke-width="9" class="net-hit"
              @pointermove="showWeight($event, line)" @pointerleave="card = null" @click="startEdit($event, line)"></path>
          </g>
          <g v-for="number in numbers" :key="number.id">
            <text :x="number.x" :y="number.y" class="net-number">{{ number.text }}</text>
          </g>
        </svg>
        <div v-for="node in inputs" :key="node.name" class="net-node net-input" :class="{off: !node.isOn}"
          :style="{left: node.x + 'px', top: node.y + 'px'}">
          <button type="button" v-if="features.length" @click="$emit('feature', node.name)" :aria-pressed="node.isOn"
            :aria-label="'input ' + node.name" @pointerenter="unhover">{{ node.name }}</button>
          <span v-else class="net-name" :title="node.name">{{ node.name }}</span>
        </div>
        <div v-for="node in nodes" :key="node.id" class="net-node" :style="{left: node.x + 'px', top: node.y + 'px'}"
          :class="{hovered: node.place === hovered}">
          <canvas :ref="(el) => canvases[node.place] = el" tabindex="0" role="img" :aria-label="node.label"
            @pointerenter="hover(node.place)" @focus="hover(node.place)" @blur="unhover"></canvas>
          <button type="button" class="net-bias" :style="{background: node.biasColor}" @click="startEdit($event, node.bias)"
            @pointermove="showWeight($event, node.bias)" @pointerleave="card = null"
            :aria-label="'bias of ' + node.label + ': ' + node.biasText"></button>
        </div>
        <div v-if="note" class="net-note quiet" :style="{left: '0px', top: height - 18 + 'px'}">{{ note }}</div>
        <div v-if="card" class="net-card" :style="{left: card.x + 'px', top: card.y + 'px'}">
          <form v-if="card.isEditing" @submit.prevent="finishEdit">
            <label>{{ card.name }}
              <input ref="editor" type="number" step="any" v-model="card.value" @keydown.escape="card = null" /></label>
            <button type="submit">set</button>
          </form>
          <span v-else>{{ card.name }} is {{ card.text }}</span>
        </div>
      </div>
    </div>`,
  data() {
    return { width: 600, height: 300, lines: [], inputs: [], nodes: [], numbers: [], card: null, hovered: null, note: "" };
  },
  created() {
    this.canvases = [];
    this.shape = "";
  },
  mounted() {
    this.view = (frame) => this.draw(frame);
    this.channel = listen(this.stream, this.view);
    this.observer = new ResizeObserver(() => { this.shape = ""; this.channel.draw(); });
    this.observer.observe(this.$el);
  },
  beforeUnmount() {
    this.observer.disconnect();
    leave(this.stream, this.view);
  },
  watch: {
    chosen() { this.shape = ""; this.channel.draw(); },
    edges() { this.shape = ""; this.channel.draw(); },
  },
  methods: {
    /** @param {import("./stream.js").Frame} frame */
    draw(frame) {
      const stamp = `${frame.network.generation}/${frame.focus}`;
      if (stamp !== this.shape) {
        this.shape = stamp;
        this.layOut(frame);
      }
      this.drawWeights(frame);
      this.$nextTick(() => {
        for (const node of this.nodes) {
          const canvas = this.canvases[node.place];
          if (canvas && frame.neurons[node.place]) paint(canvas, frame.neurons[node.place], frame.grid);
        }
      });
    },
    layOut(frame) {
      const network = frame.network;
      const names = this.features.length ? this.features : network.inputs.slice(0, MOST_DRAWN);
      const columns = network.layers.length + 1;
      const tallest = Math.max(names.length, ...network.layers.map((layer) => Math.min(layer.units, MOST_DRAWN)));
      const inputWidth = 62;
      this.width = Math.max(this.$el.clientWidth, inputWidth + 70 * columns);
      this.height = 8 + tallest * (NODE + GAP) + 22;
      const step = (this.width - inputWidth - NODE - 12) / Math.max(1, columns - 1);
      const column = (place) => (place === 0 ? 0 : inputWidth + step * place - NODE / 2 - 20);
      const isOn = new Set(this.features.length ? this.chosen : names);
      this.inputs = names.map((name, row) => ({ name, isOn: isOn.has(name), x: 0, y: 6 + row * (NODE + GAP) }));
      const used = this.inputs.filter((node) => node.isOn);
      this.columns = [used.map((node) => ({ x: 54, y: node.y + 14, name: node.name }))];
      this.nodes = [];
      let first = 0;
      network.layers.forEach((layer, place) => {
        const isOutput = place === network.layers.length - 1;
        const shown = Math.min(layer.units, MOST_DRAWN);
        const spots = [];
        for (let row = 0; row < shown; row++) {
          const x = column(place + 1);
          const y = 6 + row * (NODE + GAP);
          const label = isOutput ? `output ${network.classes.length > 2 ? network.classes[row] : ""}` : `${layer.name}, neuron ${row + 1} (${layer.activation})`;
          this.nodes.push({ id: `${place}/${row}`, place: first + row, x, y, label, layer: layer.name, row, biasColor: "", biasText: "", bias: null });
          spots.push({ x, y: y + NODE / 2, name: isOutput ? "output" : `${layer.name}.${row + 1}` });
        }
        this.columns.push(spots);
        first += layer.units;
      });
      const cut = network.layers.filter((layer) => layer.units > MOST_DRAWN);
      this.note = cut.length ? `the first ${MOST_DRAWN} neurons of ${cut.map((layer) => layer.name).join(", ")} are drawn` : "";
    },
    drawWeights(frame) {
      const lines = [];
      let from = 0;
      let node = 0;
      let first = 0;
      const sizes = shapes(frame.network);
      const total = sizes.reduce((sum, [rows, units]) => sum + Math.min(rows, MOST_DRAWN) * Math.min(units, MOST_DRAWN), 0);
      const every = Math.ceil(total / MOST_LINES);
      this.numbers = [];
      sizes.forEach(([rows, units], place) => {
        const layer = frame.network.layers[place];
        const below = this.columns[place] ?? [];
        const above = this.columns[place + 1] ?? [];
        for (let row = 0; row < Math.min(rows, below.length); row++) {
          for (let unit = 0; unit < above.length; unit++) {
            if ((row * units + unit) % every) continue;
            const value = frame.weights[from + row * units + unit];
            const a = { x: below[row].x + (place === 0 ? 4 : NODE), y: below[row].y };
            const b = above[unit];
            const middle = (a.x + b.x) / 2;
            lines.push({
              id: `${place}/${row}/${unit}`, d: `M${a.x},${a.y} C${middle},${a.y} ${middle},${b.y} ${b.x},${b.y}`,
              color: css(mix(Math.sign(value) * Math.min(1, 0.25 + Math.abs(value)))),
              thick: Math.max(0.4, Math.min(THICKEST, Math.abs(value) * 2)), opacity: Number.isFinite(value) ? 0.9 : 0.15,
              name: `weight from ${below[row].name} to ${b.name}`, value, layer: layer.name, role: "weight", index: [row, unit],
            });
            const text = this.edges?.[`${layer.name}/${row}/${unit}`];
            const isAsked = this.hovered === null || this.hovered === first + unit;
            if (text && isAsked && total < 120) this.numbers.push({ id: `${place}/${row}/${unit}`, ...along(a, b, 0.22 + 0.56 * ((unit + 0.5) / above.length)), text });
          }
        }
        from += rows * units;
        for (let unit = 0; unit < above.length; unit++, node++) {
          const value = frame.weights[from + unit];
          const drawn = this.nodes[node];
          if (!drawn) continue;
          drawn.biasColor = css(mix(value));
          drawn.biasText = short(value);
          drawn.bias = { name: `bias of ${above[unit].name}`, value, layer: layer.name, role: "bias", index: [unit] };
          const text = this.edges?.[`${layer.name}/${unit}`];
          if (text) this.numbers.push({ id: `${place}/n${unit}`, x: drawn.x + 8, y: drawn.y + NODE + 10, text });
        }
        from += units;
        first += layer.units;
      });
      this.lines = lines;
      if (this.card && !this.card.isEditing) this.card.text = short(this.valueOf(this.card));
    },
    valueOf(card) {
      const line = [...this.lines, ...this.nodes.map((node) => node.bias)].find((each) => each && each.name === card.name);
      return line ? line.value : NaN;
    },
    hover(place) {
      this.hovered = place;
      this.channel.hover(place);
    },
    unhover() {
      this.hovered = null;
      this.channel.hover(null);
    },
    showWeight(event, line) {
      if (this.card?.isEditing || !line) return;
      this.card = { name: line.name, text: short(line.value), ...this.placeOf(event), isEditing: false };
    },
    placeOf(event) {
      const box = this.$el.firstElementChild.getBoundingClientRect();
      return { x: Math.max(0, Math.min(event.clientX - box.left + 10, this.width - 170)), y: Math.max(0, event.clientY - box.top - 34) };
    },
    startEdit(event, line) {
      if (!this.canEdit || !line) return;
      this.card = { ...line, value: Number(line.value.toPrecision(6)), ...this.placeOf(event), isEditing: true };
      this.$nextTick(() => this.$refs.editor?.select());
    },
    finishEdit() {
      const { layer, role, index, value } = this.card;
      if (Number.isFinite(Number(value)) && value !== "") this.$emit("weight", { layer, role, index, value: Number(value) });
      this.card = null;
    },
  },
};
