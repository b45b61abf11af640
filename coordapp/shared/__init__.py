"""Small tools that know no room: the clock, column types, form fields, links and text."""
