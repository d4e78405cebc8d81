"""A button that asks for a file: Quasar's own uploader has no name that a screen reader could tell."""

from collections.abc import Callable, Sequence

from nicegui import events, ui

OnFile = Callable[[events.UploadEventArguments], object]


def upload_button(text: str, endings: Sequence[str], on_file: OnFile, *, most_bytes: int) -> ui.button:
    """Show a button that asks for a file and uploads it.

    Args:
        text: What it says.
        endings: Of the files that can be chosen, with their dots.
        on_file: Called with each file.
        most_bytes: Of a file.

    Returns:
        The button.
    """
    upload = ui.upload(on_upload=on_file, max_file_size=most_bytes, auto_upload=True).classes("upload-hidden")
    upload.props(f'accept="{",".join(endings)}"')
    upload.on_rejected(lambda: ui.notify(f"That file is larger than {most_bytes / 2**20:.3g} MB, or of another kind"))
    upload.on("finish", upload.reset)
    button = ui.button(text, icon="upload_file").props("outline no-caps color=primary")
    return button.on("click", js_handler=f"() => getElement({upload.id}).pickFiles()")
