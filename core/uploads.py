"""The gate before every upload: what is too large is refused before it is read."""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MAX_MB = 64


class Bounded(FileUploadHandler):
    """First among FILE_UPLOAD_HANDLERS; takes nothing itself."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        if content_length > MAX_MB << 20:
            raise RequestDataTooBig(f"more than {MAX_MB} MB")

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None
