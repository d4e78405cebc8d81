"""A list of numbers to choose from, which also takes any typed number."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import events, ui

FIELD = "event.currentTarget?.querySelector?.('input') ?? event.target"
MARK = f"(event) => {{ const field = {FIELD}; setTimeout(() => field.select?.(), %d); }}"
"""Selects the text of the field, so that typing replaces it."""
TELL_TYPED = "(event) => { if (event.key === 'Enter') emit(event.target.value); }"


class NumberChoice(ui.select):
    """Takes a typed number. Quasar's list would keep the chosen option if that contains the typed text."""

    def __init__(
        self,
        usual: Sequence[str],
        *,
        label: str,
        value: str | None = None,
        on_change: Callable[..., Any],
    ) -> None:
        """Offer some numbers.

        Args:
            usual: Numbers to choose from.
            label: Label of the list.
            value: Number that is chosen first.
            on_change: Called when another number is chosen.
        """
        super().__init__(
            list(usual), label=label, value=value, on_change=on_change, new_value_mode="add-unique", with_input=True
        )
        self._usual = list(usual)
        self.on("keydown", self._take, js_handler=TELL_TYPED)
        self.on("focus", js_handler=MARK % 0)
        self.on("click", js_handler=MARK % 0)
        self.on("keyup.enter", js_handler=MARK % 200)

    def show(self, value: str) -> None:
        """Show a number; one that is not among `usual` is an option as long as it is shown."""
        options = self._usual if value in self._usual else [*self._usual, value]
        if (self.options, self.value) != (options, value):
            self.set_options(list(options), value=value)

    def _take(self, event: events.GenericEventArguments) -> None:
        typed = str(event.args or "").strip()
        if typed and typed != self.value:
            self.show(typed)
            # An open list would not update its field.
            self.run_method("hidePopup")
            without_filter = True
            self.run_method("updateInputValue", self.value, without_filter)
