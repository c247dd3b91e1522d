"""Writers of the forms a bulk run gives out."""

from bulk.writers.forms import FORMS, Form, form_of, make_writer
from bulk.writers.writer import Writer

__all__ = ["FORMS", "Form", "Writer", "form_of", "make_writer"]
