"""The Cal.com account as reviewed files: read the account, compare it with `calcom.yaml`, carry out the difference.

Reading, planning and carrying out are three steps. A plan is a value: it can be printed, tested, refused. Nothing is kept
between two runs but the file and the account, so whoever is stopped in the middle simply begins again.
"""
