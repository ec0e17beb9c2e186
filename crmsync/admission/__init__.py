"""Who is let in, and where: what a cycle does by itself and what a person decides in the review, done by one code.

| module       | what it does                                                                  |
|--------------|-------------------------------------------------------------------------------|
| suggest      | which records a queued item may be                                            |
| sorting      | types, imports, sets aside items of the import queue                          |
| sort_by_rule | the same by a person's rules                                                  |
| enrol        | makes records of items, linked to where they came from                        |
| eligible     | which records an account is to have, and if not, by which rule                |
"""
