"""Files as tables of text: delimited text in any usual encoding and separator, spreadsheets; streamed, every fault told with its line."""
from apps.core.exchange.reading.files import Broken, Record, Source, open_source

__all__ = ["Broken", "Record", "Source", "open_source"]
