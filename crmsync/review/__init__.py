"""What a person decides: the only way from a decision to the store, for the command line and the TUI alike.

| decided                                                    | by |
|------------------------------------------------------------|----|
| what a found item is: type, import, link, ignore, private  | import_queue, linking, with_company |
| what is done with found items as they arrive               | queue_rules, rule_learning |
| which value stands, and from now on; what a deletion means | conflicts, conflict_policies, deletion |
| what a record says, becomes, and with which it is one      | editing, promotion, merge_records |
| which records an account gets, and whether it is synced    | saved_filters, pausing |
| what a held plan, or an item that cannot be read, comes to | plans, parked |
| that a whole run is taken back, or brought again           | undo/ |

| only told                                                  | by |
|------------------------------------------------------------|----|
| where a value comes from, and why an item is where it is   | provenance, explain |
| what both sides of a conflict say                          | side_by_side, typed_there, merged_away |
| which records may be one; what a filter would change       | duplicates, filter_preview |
| what happened, and in which runs; what is to happen        | events, run_search, report (report_*) |

Every function works inside the caller's transaction, whose stamp says who decided, and raises `Usage` for what cannot
be: then nothing of it was done.
"""
