"""Archives: news as it lies in files.

    for found in read_archive(path, options):     # JSON lines, a WARC file, a folder of saved pages
        found                                     # Article, SavedPage (still to be read: slow), or Broken (which and why)

Nothing is read twice or held: an archive may be larger than memory, and a broken record ends nothing but itself.
"""

from dateline.archives.found import Broken, Found, SavedPage
from dateline.archives.opening import UnknownArchiveError, read_archive

__all__ = ["Broken", "Found", "SavedPage", "UnknownArchiveError", "read_archive"]
