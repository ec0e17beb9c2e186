"""What a person decides: the only way from a decision to the store, for the command line and the TUI alike.

| module    | decisions                                                       |
|-----------|-----------------------------------------------------------------|
| queue     | give types, import, link, accept suggestions, ignore, private   |
| conflicts | which value stands; what a deletion means                       |
| plans     | let a held plan pass, or not                                    |
| report    | none: the difference report; report_html, _markdown, _csv, _json |
| explain   | none: says in which state an item or a record is, and why       |
| undo      | a whole run is taken back, or brought again                     |

Every function works inside the caller's transaction, whose stamp says who decided, and raises `Usage` for what cannot
be: then nothing of it was done.
"""
