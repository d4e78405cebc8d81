"""Files of this machine and of a browser: the paths that a person may name, and the place of uploads."""

from descentlab.studio.files._hidden_folders import FINAL as FINAL, TRASH as TRASH
from descentlab.studio.files._paths import (
    allowed_path as allowed_path,
    check_links as check_links,
    without_folder as without_folder,
)
from descentlab.studio.files._upload_use import named_uploads as named_uploads, unused as unused
from descentlab.studio.files._uploads import (
    ARCHIVE_ENDINGS as ARCHIVE_ENDINGS,
    FOLDER as FOLDER,
    MOST_BYTES as MOST_BYTES,
    Uploads as Uploads,
    plain_name as plain_name,
    unpack_pictures as unpack_pictures,
)
