// @ts-check
/** Single keys for the whole page. They are left alone where they are typed, and space where it presses something. */

/** What was chosen last keeps the focus, and takes no letters as long as its list is closed. */
const CHOICE = "input[readonly][role=combobox][aria-expanded=false]";

const TYPED = "input:not([type=range]), textarea, select, [contenteditable]";
const PRESSED = "button, summary, [role=button], [role=checkbox], [role=combobox], [role=option], [role=tab]";

export default {
  props: { keys: Array },
  emits: ["press"],
  template: "<span hidden></span>",
  mounted() {
    this.hear = (event) => this.take(event);
    document.addEventListener("keydown", this.hear, true); // Before a list that takes letters.
  },
  beforeUnmount() {
    document.removeEventListener("keydown", this.hear, true);
  },
  methods: {
    /** @param {KeyboardEvent} event */
    take(event) {
      const target = event.target instanceof Element ? event.target : document.body;
      const key = event.key.toLowerCase();
      if (event.ctrlKey || event.altKey || event.metaKey || !this.keys.includes(key)) return;
      if (target.closest(TYPED) && !target.matches(CHOICE)) return;
      if (key === " " && target.closest(PRESSED)) return;
      event.preventDefault(); // Space would turn the page.
      event.stopPropagation();
      if (key === " " && event.repeat) return;
      this.$emit("press", key);
    },
  },
};
