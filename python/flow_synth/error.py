"""The one error that a user can mend."""


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message is one sentence with the offending value, what is allowed and what to do.
    The command line prints it and ends with exit code 2; every other exception is our defect.
    """
