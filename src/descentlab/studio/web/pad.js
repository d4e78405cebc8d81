// @ts-check
/**
 * A pad to draw a digit on, with mouse, finger, pen or arrow keys. It sends what is drawn as a raster of grey bytes, at
 * most every `PAUSE` milliseconds, and only when the last one was answered: what was drawn meanwhile goes in the next.
 */

/** Pixels a side of what is sent: whole times 28 and 8, so that an example's own pixels stay what they are. */
const RASTER = 112;
const PAUSE = 50;
/** An answer that was lost with a connection is waited for no longer than so many milliseconds. */
const PATIENCE = 3000;
const BOARD = 448;
const KEY_STEP = 0.03;

/** @typedef {{x: number, y: number}} Point as shares of the pad's side */

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return btoa(text);
}

export default {
  props: { pen: Number, label: String },
  emits: ["draw", "clear"],
  template: `
    <div class="pad">
      <canvas ref="board" class="pad-board" tabindex="0" role="application" :aria-label="label" width="${BOARD}" height="${BOARD}"
        @pointerdown="begin" @pointermove="move" @pointerup="end" @pointercancel="end" @keydown="press"></canvas>
      <div class="pad-tools">
        <button type="button" @click="undo" :disabled="!canUndo">Undo</button>
        <button type="button" @click="clear">Clear</button>
      </div>
    </div>`,
  data() {
    return { canUndo: false };
  },
  created() {
    /** @type {Point[][]} */
    this.strokes = [];
    /** @type {HTMLCanvasElement | null} an example's picture under the strokes */
    this.ground = null;
    /** @type {Point | null} where the keys' pencil is */
    this.pencil = null;
    this.isDown = false;
    this.isKeyDown = false;
    this.isChanged = false;
    this.isWaiting = false;
    this.sentAt = 0;
    this.timer = 0;
    this.raster = document.createElement("canvas");
    this.raster.width = this.raster.height = RASTER;
  },
  mounted() {
    this.paint();
  },
  beforeUnmount() {
    clearTimeout(this.timer);
  },
  watch: {
    pen() { this.paint(); },
  },
  methods: {
    /** @param {PointerEvent} event */
    place(event) {
      const box = this.$refs.board.getBoundingClientRect();
      return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    },
    /** @param {PointerEvent} event */
    begin(event) {
      if (event.button !== 0 || this.isDown) return;
      event.preventDefault();
      this.$refs.board.focus({ preventScroll: true });
      this.$refs.board.setPointerCapture(event.pointerId);
      this.isDown = true;
      this.pencil = null;
      this.isKeyDown = false;
      this.strokes.push([this.place(event)]);
      this.changed();
    },
    /** @param {PointerEvent} event */
    move(event) {
      if (!this.isDown) return;
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const move of passed.length ? passed : [event]) this.strokes[this.strokes.length - 1].push(this.place(move));
      this.changed();
    },
    end() {
      if (!this.isDown) return;
      this.isDown = false;
      this.changed();
    },
    /** @param {KeyboardEvent} event */
    press(event) {
      if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) this.undo();
      else if (event.key === "Delete") this.clear();
      else if (event.key === " " || event.key === "Enter") this.turnPencil();
      else if (event.key in ARROWS && !event.altKey && !event.metaKey) this.movePencil(ARROWS[event.key], event.shiftKey);
      else return;
      event.preventDefault();
    },
    turnPencil() {
      this.pencil ??= { x: 0.5, y: 0.5 };
      this.isKeyDown = !this.isKeyDown;
      if (this.isKeyDown) this.strokes.push([{ ...this.pencil }]);
      this.changed();
    },
    /** @param {number[]} way @param {boolean} isFine */
    movePencil([across, down], isFine) {
      const from = this.pencil ?? { x: 0.5, y: 0.5 };
      const step = isFine ? KEY_STEP / 3 : KEY_STEP;
      const within = (/** @type {number} */ value) => Math.min(1, Math.max(0, value));
      this.pencil = { x: within(from.x + across * step), y: within(from.y + down * step) };
      if (this.isKeyDown) {
        this.strokes[this.strokes.length - 1].push({ ...this.pencil });
        this.changed();
      } else this.paint();
    },
    undo() {
      if (!this.strokes.length) return;
      this.strokes.pop();
      this.isKeyDown = false;
      this.changed();
    },
    clear() {
      this.strokes = [];
      this.ground = null;
      this.isKeyDown = false;
      this.changed();
      this.$emit("clear");
    },
    /**
     * Lay a picture under the strokes, and forget them. Nothing is sent: whoever shows it has it already.
     * @param {string} base64 grey bytes, row by row @param {number} side
     */
    show(base64, side) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const picture = document.createElement("canvas");
      picture.width = picture.height = side;
      const context = contextOf(picture);
      const image = context.createImageData(side, side);
      bytes.forEach((grey, place) => image.data.set([grey, grey, grey, 255], 4 * place));
      context.putImageData(image, 0, 0);
      this.ground = picture;
      this.strokes = [];
      this.isKeyDown = false;
      this.isChanged = false;
      this.paint();
    },
    changed() {
      this.isChanged = true;
      this.paint();
      this.pump();
    },
    paint() {
      this.canUndo = this.strokes.length > 0;
      this.drawInk(this.$refs.board);
      if (!this.pencil) return;
      const context = contextOf(this.$refs.board);
      context.beginPath();
      context.arc(this.pencil.x * BOARD, this.pencil.y * BOARD, (this.pen * BOARD) / 2, 0, 7);
      context.strokeStyle = this.isKeyDown ? "#f59322" : "#4fb0ec";
      context.lineWidth = 3;
      context.stroke();
    },
    /** @param {HTMLCanvasElement} canvas */
    drawInk(canvas) {
      const context = contextOf(canvas);
      const side = canvas.width;
      context.fillStyle = "#000";
      context.fillRect(0, 0, side, side);
      context.imageSmoothingEnabled = false;
      if (this.ground) context.drawImage(this.ground, 0, 0, side, side);
      context.strokeStyle = "#fff";
      context.lineCap = context.lineJoin = "round";
      context.lineWidth = this.pen * side;
      context.fillStyle = "#fff";
      for (const stroke of this.strokes) {
        // A line of no length is not drawn: a tap leaves a dot.
        context.beginPath();
        context.arc(stroke[0].x * side, stroke[0].y * side, (this.pen * side) / 2, 0, 7);
        context.fill();
        context.beginPath();
        context.moveTo(stroke[0].x * side, stroke[0].y * side);
        for (const point of stroke) context.lineTo(point.x * side, point.y * side);
        context.stroke();
      }
    },
    /** Send what there is, now or when it may be sent. */
    pump() {
      clearTimeout(this.timer);
      if (!this.isChanged) return;
      const wait = this.sentAt + (this.isWaiting ? PATIENCE : PAUSE) - performance.now();
      if (wait > 0) this.timer = setTimeout(() => this.pump(), wait);
      else this.send();
    },
    send() {
      this.isChanged = false;
      this.isWaiting = true;
      this.sentAt = performance.now();
      this.drawInk(this.raster);
      const { data } = contextOf(this.raster).getImageData(0, 0, RASTER, RASTER);
      const grey = Uint8Array.from({ length: RASTER * RASTER }, (_, place) => data[4 * place]);
      this.$emit("draw", { raster: toBase64(grey), settled: !this.isDown });
    },
    answered() {
      this.isWaiting = false;
      this.pump();
    },
  },
};
