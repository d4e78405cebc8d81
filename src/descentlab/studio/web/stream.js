// @ts-check
/**
 * The frames of a page: one web socket a key, from which every view draws. The next frame is asked for when this one
 * has been drawn, and nothing is asked for while nobody looks.
 */

/**
 * @typedef {{name: string, units: number, activation: string}} LayerShape
 * @typedef {{inputs: string[], layers: LayerShape[], classes: string[], labels: string[], differs: string, generation: number}} NetworkShape
 * @typedef {{task: string, classes: string[], names?: string[], low?: number[], high?: number[], note?: string,
 *   sizes: Record<string, number>, notes: string[], points?: Record<string, number[][]>}} DataShape
 * @typedef {{verdict: string, evidence: string, fit: string}} Verdict
 * @typedef {Object} Frame
 * @property {number} epoch
 * @property {number} step
 * @property {boolean} running
 * @property {boolean} prepared Whether what trains the networks is compiled.
 * @property {string} problem
 * @property {number} focus
 * @property {number[]} moments
 * @property {number | null} shown
 * @property {NetworkShape} network
 * @property {DataShape} data
 * @property {Record<string, number | null>[]} readings
 * @property {Record<string, (number | null)[][]>[]} [curves]
 * @property {Verdict[]} [verdicts]
 * @property {number} grid
 * @property {Float32Array} weights
 * @property {Uint8Array[]} neurons
 * @property {Uint8Array[]} answers
 * @property {Uint8Array[]} winners
 */

/** Classes have these colours, in this order; the first two are the ends of the scale for numbers. */
export const PALETTE = [
  [245, 147, 34], [8, 119, 189], [61, 145, 64], [140, 92, 180], [200, 60, 70], [130, 100, 70], [210, 110, 170], [110, 120, 130],
];
const MIDDLE = [232, 234, 235];

/**
 * @param {number} share from -1 (orange) to 1 (blue)
 * @returns {number[]}
 */
export function mix(share) {
  const end = share < 0 ? PALETTE[0] : PALETTE[1];
  const weight = Math.min(1, Math.abs(share));
  return MIDDLE.map((middle, place) => Math.round(middle + (end[place] - middle) * weight));
}

/** Colours of the bytes 0 to 255, as 32-bit words of a canvas. */
const SCALE = Uint32Array.from({ length: 256 }, (_, byte) => pack(mix(byte / 127.5 - 1)));
const TWO = Uint32Array.from({ length: 256 }, (_, byte) => pack(mix(byte < 127.5 ? -0.75 : 0.75)));

/** @param {number[]} rgb */
function pack(rgb) {
  return (255 << 24) | (rgb[2] << 16) | (rgb[1] << 8) | rgb[0];
}

/** @param {number[]} rgb */
export function css(rgb) {
  return `rgb(${rgb[0]},${rgb[1]},${rgb[2]})`;
}

/**
 * Paint a picture, lowest row at the bottom.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number} grid
 * @param {{winners?: Uint8Array, isDiscrete?: boolean, numClasses?: number}} [how]
 */
export function paint(canvas, bytes, grid, how = {}) {
  if (canvas.width !== grid) canvas.width = canvas.height = grid;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(grid, grid);
  const words = new Uint32Array(image.data.buffer);
  const scale = how.isDiscrete ? TWO : SCALE;
  for (let row = 0; row < grid; row++) {
    const from = (grid - 1 - row) * grid;
    for (let column = 0; column < grid; column++) {
      const byte = bytes[from + column];
      words[row * grid + column] = how.winners
        ? classWord(how.winners[from + column], byte, how.numClasses ?? 3, Boolean(how.isDiscrete))
        : scale[byte];
    }
  }
  context.putImageData(image, 0, 0);
}

/**
 * @param {number} winner @param {number} byte the winner's probability @param {number} numClasses @param {boolean} isDiscrete
 */
function classWord(winner, byte, numClasses, isDiscrete) {
  const probability = byte / 127.5 - 1;
  const floor = 1 / numClasses;
  const weight = isDiscrete ? 0.75 : Math.max(0, Math.min(1, (probability - floor) / (1 - floor)));
  const end = PALETTE[winner % PALETTE.length];
  return pack(MIDDLE.map((middle, place) => Math.round(middle + (end[place] - middle) * weight)));
}

/** What views of one page share: the neuron under the pointer, and how maps are drawn. */
export class Channel {
  /** @param {string} key */
  constructor(key) {
    this.key = key;
    /** @type {Set<(frame: Frame) => void>} */
    this.views = new Set();
    /** @type {Frame | null} */
    this.last = null;
    /** @type {number | null} */
    this.hovered = null;
    this.frames = 0;
    this.isClosed = false;
    this.connect();
    this.onVisibility = () => this.say(document.hidden ? "hidden" : "shown");
    document.addEventListener("visibilitychange", this.onVisibility);
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const prefix = /** @type {any} */ (window).path_prefix ?? "";
    this.socket = new WebSocket(`${scheme}://${location.host}${prefix}/frames/${this.key}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = (event) => this.receive(event.data);
    this.socket.onclose = (event) => {
      // 1008: the server knows this page no more; NiceGUI reloads it by itself.
      if (!this.isClosed && event.code !== 1008) setTimeout(() => this.connect(), 500);
    };
  }

  /** @param {string} word */
  say(word) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(word);
  }

  /** @param {ArrayBuffer} buffer */
  receive(buffer) {
    this.last = decode(buffer, this.last);
    this.frames += 1;
    requestAnimationFrame(() => {
      this.draw();
      this.say("taken");
    });
  }

  draw() {
    const frame = this.last;
    if (!frame) return;
    for (const view of this.views) view(frame);
  }

  /** @param {number | null} neuron */
  hover(neuron) {
    if (this.hovered === neuron) return;
    this.hovered = neuron;
    this.draw();
  }

  close() {
    this.isClosed = true;
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.socket?.close();
  }
}

/** @type {Map<string, Channel>} */
const channels = new Map();

/**
 * Draw every frame of a key from now on.
 * @param {string} key
 * @param {(frame: Frame) => void} view
 * @returns {Channel}
 */
export function listen(key, view) {
  const channel = channels.get(key) ?? new Channel(key);
  channels.set(key, channel);
  channel.views.add(view);
  if (channel.last) view(channel.last);
  return channel;
}

/**
 * @param {string} key
 * @param {(frame: Frame) => void} view
 */
export function leave(key, view) {
  const channel = channels.get(key);
  if (!channel) return;
  channel.views.delete(view);
  if (channel.views.size === 0) {
    channel.close();
    channels.delete(key);
  }
}

/**
 * Read a message: length of the header, header, weights, pictures. What it leaves out is as in the last one.
 * @param {ArrayBuffer} buffer
 * @param {Frame | null} last
 * @returns {Frame}
 */
export function decode(buffer, last) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const frame = { ...(last ?? {}), ...header };
  const sizes = shapes(frame.network);
  const count = sizes.reduce((sum, [rows, units]) => sum + rows * units + units, 0);
  frame.weights = new Float32Array(buffer, 4 + length, count);
  let from = 4 + length + 4 * count;
  const points = frame.grid * frame.grid;
  for (const name of ["neurons", "answers", "winners"]) {
    const number = frame.grid ? header[name] : 0;
    frame[name] = Array.from({ length: number }, (_, place) => new Uint8Array(buffer, from + place * points, points));
    from += number * points;
  }
  return frame;
}

/**
 * Rows and units of each dense layer's weights.
 * @param {NetworkShape} network
 * @returns {number[][]}
 */
export function shapes(network) {
  let before = network.inputs.length;
  return network.layers.map((layer) => {
    const shape = [before, layer.units];
    before = layer.units;
    return shape;
  });
}

/**
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function short(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}
