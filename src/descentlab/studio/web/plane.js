// @ts-check
/** What each network answers over the plane, with the examples on it. */
import { PALETTE, css, leave, listen, mix, paint } from "descentlab-studio";

const DOT = 2.6;

export default {
  props: { stream: String, showsTest: Boolean, isDiscrete: Boolean, drawsClass: Number, ownPoints: Array },
  emits: ["focus", "example", "place"],
  template: `
    <div class="plane-grid" :data-count="labels.length">
      <figure v-for="(label, place) in labels" :key="place" class="plane" :class="{focus: labels.length > 1 && place === focus}">
        <figcaption v-if="labels.length > 1">
          <button type="button" @click="$emit('focus', place)" :aria-pressed="place === focus">{{ differs }} {{ label }}</button>
        </figcaption>
        <div class="plane-box" v-show="names.length">
          <canvas class="plane-map" :ref="(el) => maps[place] = el" role="img" :aria-label="describe(place)"></canvas>
          <canvas class="plane-dots" :ref="(el) => dots[place] = el" @click="press($event, place)"></canvas>
          <span class="axis top">{{ high[1] }}</span><span class="axis bottom">{{ low[1] }}</span>
          <span class="axis left">{{ low[0] }}</span><span class="axis right">{{ high[0] }}</span>
        </div>
      </figure>
      <div v-if="names.length" class="plane-names">{{ names[0] }} →, {{ names[1] }} ↑<div v-if="note">{{ note }}</div></div>
      <p v-else class="quiet">These inputs span no plane: there are no two numbers among them.</p>
      <div v-for="remark in remarks" :key="remark" class="plane-names">{{ remark }}</div>
    </div>`,
  data() {
    return { labels: [""], differs: "", focus: 0, names: ["x1", "x2"], low: [-6, -6], high: [6, 6], note: "", remarks: [], classes: [] };
  },
  created() {
    this.maps = [];
    this.dots = [];
    this.drawn = "";
  },
  mounted() {
    this.view = (frame) => this.draw(frame);
    this.channel = listen(this.stream, this.view);
    this.observer = new ResizeObserver(() => { this.drawn = ""; this.channel.draw(); });
    this.observer.observe(this.$el);
  },
  beforeUnmount() {
    this.observer.disconnect();
    leave(this.stream, this.view);
  },
  watch: {
    showsTest() { this.drawn = ""; this.channel.draw(); },
    isDiscrete() { this.channel.draw(); },
    ownPoints() { this.drawn = ""; this.channel.draw(); },
  },
  methods: {
    /** @param {import("./stream.js").Frame} frame */
    draw(frame) {
      const network = frame.network;
      const data = frame.data;
      this.classes = data.classes;
      if (this.labels.length !== network.labels.length || this.labels.some((label, place) => label !== network.labels[place])) {
        this.labels = network.labels;
        this.drawn = "";
      }
      this.differs = network.differs.replace("_", " ");
      this.focus = frame.focus;
      this.names = data.names ?? [];
      this.note = data.note ?? "";
      this.remarks = data.notes;
      if (!data.names || !data.low || !data.high) return;
      this.low = data.low.map((value) => Number(value.toPrecision(3)));
      this.high = data.high.map((value) => Number(value.toPrecision(3)));
      this.$nextTick(() => this.paintAll(frame));
    },
    paintAll(frame) {
      const hovered = this.channel.hovered;
      for (let place = 0; place < frame.answers.length; place++) {
        const canvas = this.maps[place];
        if (!canvas) continue;
        const isNeuron = hovered !== null && place === frame.focus && frame.neurons[hovered];
        const how = { isDiscrete: this.isDiscrete, numClasses: this.classes.length };
        if (isNeuron) paint(canvas, frame.neurons[hovered], frame.grid);
        else paint(canvas, frame.answers[place], frame.grid, { ...how, winners: frame.winners[place] });
      }
      const stamp = `${frame.network.generation}/${frame.data.points ? Object.values(frame.data.points).map((part) => part.length) : ""}/${this.showsTest}`;
      if (stamp !== this.drawn || this.lastData !== frame.data) {
        this.drawn = stamp;
        this.lastData = frame.data;
        for (const canvas of this.dots) if (canvas) this.drawDots(canvas, frame);
      }
    },
    drawDots(canvas, frame) {
      const side = canvas.clientWidth;
      const ratio = window.devicePixelRatio || 1;
      canvas.width = canvas.height = Math.round(side * ratio);
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      const { low, high, points, task } = frame.data;
      const radius = Math.max(1.6, DOT * Math.min(1, side / 280));
      const draw = (rows, isTest) => {
        for (const [x, y, target] of rows) {
          context.beginPath();
          context.arc(((x - low[0]) / (high[0] - low[0])) * side, side - ((y - low[1]) / (high[1] - low[1])) * side, radius, 0, 7);
          context.fillStyle = css(task === "classification" ? PALETTE[target % PALETTE.length] : mix(target));
          context.fill();
          context.lineWidth = isTest ? 1.4 : 0.8;
          context.strokeStyle = isTest ? "#111" : "#fff";
          context.stroke();
        }
      };
      draw(points.train, false);
      draw(points.validation, false);
      if (this.showsTest) draw(points.test, true);
      // Beside points of a class whose colour they have: no word tells which of them are there to test on.
      if (task === "classification") draw(this.ownPoints, false);
    },
    describe(place) {
      return `What network ${this.labels[place] || ""} answers over ${this.names[0]} and ${this.names[1]}`;
    },
    press(event, place) {
      const box = event.target.getBoundingClientRect();
      const data = this.channel.last.data;
      const at = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
      const point = at.map((share, side) => data.low[side] + share * (data.high[side] - data.low[side]));
      if (this.drawsClass >= 0) this.$emit("place", { x: point[0], y: point[1] });
      else this.$emit("example", { x: point[0], y: point[1], place });
    },
  },
};
