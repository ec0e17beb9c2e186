"""The same app in a browser on this machine.

| module | what it does                                                                       |
|--------|------------------------------------------------------------------------------------|
| door   | who may come in: one token, one cookie, our own Host and Origin, nobody after a while |
| server | textual-serve behind that door, with a page that loads nothing from elsewhere      |
"""
