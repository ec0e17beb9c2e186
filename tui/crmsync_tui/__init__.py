"""The terminal UI: what a person sees, decides and takes back. Nothing that the command line could not do as well.

| module    | what it does                                                                     |
|-----------|----------------------------------------------------------------------------------|
| start     | one run of the program, in a terminal                                            |
| app       | the screens behind their keys, live counts, undo and redo                        |
| clerk     | a thread that reads the store or decides; the event loop never waits for SQL     |
| pages     | rows of a long list, page by page                                                |
| shown     | foreign text, made harmless; the only way from the store to the screen           |
| marks     | the signs beside the text, in Unicode or ASCII                                   |
| words     | English or Italian, and dates as the user writes them                            |
| errand    | a command of ours as a child process: whatever needs the network                 |
| keys      | which keys mean what everywhere                                                  |
| screens/  | one file per screen                                                              |
| widgets/  | what screens are made of                                                         |
"""
