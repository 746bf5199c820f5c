"""Grade submissions: ingest, transplant, run confined, mark, and record.

`ingest.ingest` makes snapshots, `engine.grade` turns one into a result without touching
anything else, `engine.grade_many` does that in several processes. Students' code runs
only in processes that `sandbox` has confined, and never in one that knows the answers.

Nothing is imported here: the process that runs students' code imports modules of this
package and must not bring the others along.
"""
