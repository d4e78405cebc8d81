"""A button that asks for a file: Quasar's uploader has no name that a screen reader could read."""

from collections.abc import Callable, Sequence

from nicegui import events, ui

OnFile = Callable[[events.UploadEventArguments], object]
REJECTED = "(files) => emit(files.map((each) => [each.file.name, each.failedPropValidation]))"


def upload_button(text: str, endings: Sequence[str], on_file: OnFile, *, most_bytes: int) -> ui.button:
    """Show a button that asks for a file and uploads it.

    Args:
        text: Text on the button.
        endings: Endings of the files that can be chosen, with their dots.
        on_file: Called with each file.
        most_bytes: Largest size of a file, in bytes.

    Returns:
        The button.
    """
    upload = ui.upload(on_upload=on_file, max_file_size=most_bytes, auto_upload=True).classes("upload-hidden")
    upload.props(f'accept="{",".join(endings)}"')
    button = ui.button(text, icon="upload_file").props("outline no-caps color=primary")

    def refuse(event: events.GenericEventArguments) -> None:
        for name, reason in event.args:
            ui.notify(_why_not(str(name), str(reason), endings, most_bytes))

    def finish() -> None:
        upload.reset()
        button.props(remove="loading")

    upload.on("rejected", refuse, js_handler=REJECTED)
    upload.on("start", lambda: button.props(add="loading"))
    upload.on("finish", finish)
    return button.on("click", js_handler=f"() => getElement({upload.id}).pickFiles()")


def _why_not(name: str, reason: str, endings: Sequence[str], most_bytes: int) -> str:
    """Return why a browser refused a file; the reason is Quasar's word for the rule."""
    shown = name if len(name) <= 60 else f"{name[:59]}…"
    if reason == "max-file-size":
        return f"{shown} is larger than {most_bytes / 2**20:.3g} MB"
    return f"{shown} is none of {', '.join(endings)}"
