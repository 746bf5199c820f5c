"""Run cases, compare outcomes, and name the mistake.

One declaration (`declare`) becomes an answer key (`build`): inputs, the expected
outcomes, and the outcome of every misconception. Marking (`mark`) takes a key and a
way to call the student's function; `student` calls it in the same process, the grader
calls it in another one.
"""
