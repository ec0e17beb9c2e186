"""Keeps a CRM in step with address books, calendars and task lists, and never loses a value somebody typed."""

__version__ = "0.1.0"
