"""The daemon: a process that runs for months on a laptop that sleeps, loses its network, fills its disk and is killed.

| module   | what it does                                                                  |
|----------|-------------------------------------------------------------------------------|
| service  | one life of the daemon: start, signals, a new config, the way out             |
| rounds   | one worker for each account: a cycle, and when the next one is due            |
| pace     | pure: when an account is due again, after whatever happened                   |
| watch    | sees that the CRM has changed, and by whom                                    |
| drop_folder, watcher | the folder whose files are imported, whom not to trust there; the imports |
| notify   | what systemd wants to be told                                                 |
| log, redact | the log, and what may not stand in it                                       |
| concerns, calling | what needs a person, and the command that tells one                    |
| units, program, installed | the files that make it a service, what they start, and where they lie |

It knows the store and the cycle as the command line does, and nothing of the TUI: they meet in the store.
"""
